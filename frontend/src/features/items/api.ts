import {
  createItemMutation,
  deleteItemMutation,
  readItemsOptions,
  updateItemMutation,
} from "@app/sdk/react-query";
import { type QueryClient, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { type TableSearch, toListQuery } from "@/lib/table-search";
import { toastSuccess } from "@/lib/toast";

/** What the API can sort by; the first is how the list starts. */
export const ITEM_SORTS = ["-created_at", "created_at", "title", "-title"] as const;

export type ItemSearch = TableSearch<(typeof ITEM_SORTS)[number]>;

export function itemsQuery(search: ItemSearch) {
  return queryOptions(readItemsOptions({ query: toListQuery(search) }));
}

export function recentItemsQuery() {
  return queryOptions(readItemsOptions({ query: { limit: 5, sort: "-created_at" } }));
}

export async function hasItems(queryClient: QueryClient) {
  const { count } = await queryClient.fetchQuery(recentItemsQuery());
  return count > 0;
}

export function useCreateItem() {
  return useMutation({ ...createItemMutation(), ...useItemChange("Item created successfully") });
}

export function useUpdateItem() {
  return useMutation({ ...updateItemMutation(), ...useItemChange("Item updated successfully") });
}

export function useDeleteItem() {
  return useMutation({
    ...deleteItemMutation(),
    ...useItemChange("The item was deleted successfully"),
  });
}

/** After any change every list of items is asked for again; errors belong to the form or dialog that sent it. */
function useItemChange(message: string) {
  const queryClient = useQueryClient();
  return {
    meta: { handlesErrors: true },
    onSuccess: async () => {
      void toastSuccess(message);
      await queryClient.invalidateQueries({ queryKey: [{ tags: ["items"] }] });
    },
  };
}
