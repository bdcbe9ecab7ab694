import { readItemsOptions } from "@app/sdk/react-query";
import { listQuery } from "@/lib/list-query";
import { tableSearch, toListQuery, uuid } from "@/lib/table-search";

// Separate from the much larger `api.ts`: the router needs this before the page's code has loaded.

/** The sort orders of the API; the first one is the default. */
export const ITEM_SORTS = ["-created_at", "created_at", "title", "-title"] as const;

/** `owner` filters the list; `item` is the id of the open row. */
export const itemSearch = tableSearch(ITEM_SORTS, { owner: uuid, item: uuid });
export type ItemSearch = ReturnType<typeof itemSearch>;

export function toItemsQuery(search: ItemSearch) {
  return { ...toListQuery(search), ...(search.owner && { owner_id: search.owner }) };
}

export function itemsQuery(search: ItemSearch) {
  return listQuery(readItemsOptions({ query: toItemsQuery(search) }));
}
