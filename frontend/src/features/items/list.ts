import { readItemsOptions } from "@app/sdk/react-query";
import { listQuery } from "@/lib/list-query";
import { tableSearch, toListQuery, uuid } from "@/lib/table-search";

// Apart from `api.ts`, which is much larger: the router needs this before the page's own code is there.

/** What the API can sort by; the first is how the list starts. */
export const ITEM_SORTS = ["-created_at", "created_at", "title", "-title"] as const;

/** `owner` narrows the list, `item` is the open row. */
export const itemSearch = tableSearch(ITEM_SORTS, { owner: uuid, item: uuid });
export type ItemSearch = ReturnType<typeof itemSearch>;

export function toItemsQuery(search: ItemSearch) {
  return { ...toListQuery(search), ...(search.owner && { owner_id: search.owner }) };
}

export function itemsQuery(search: ItemSearch) {
  return listQuery(readItemsOptions({ query: toItemsQuery(search) }));
}
