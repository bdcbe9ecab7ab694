import { deleteItems, exportItems, type ItemPublic, readItems } from "@app/sdk";
import {
  createItemMutation,
  deleteItemMutation,
  readItemOptions,
  readItemsOptions,
  readItemsStatsOptions,
  updateItemMutation,
} from "@app/sdk/react-query";
import type { QueryClient } from "@tanstack/react-query";
import type { ExportRequest } from "@/components/data-table/export-button";
import type { SearchResult } from "@/lib/define-feature";
import { ifMatch, type Resource, useBulkDelete, useRow, useRowMutation } from "@/lib/rows";
import { type ItemSearch, toItemsQuery } from "./list";

export const ITEMS: Resource = {
  list: "readItems",
  tag: "items",
  noun: { one: "Item", many: "Items" },
};

export function exportedItems(search: ItemSearch): ExportRequest {
  const { page: _page, limit: _limit, ...query } = toItemsQuery(search);
  return (options) => exportItems({ ...options, query });
}

export function recentItemsQuery() {
  return readItemsOptions({ query: { limit: 5, sort: "-created_at" } });
}

/** Searches items for the command palette. */
export async function findItems(q: string, signal: AbortSignal): Promise<SearchResult[]> {
  const { data } = await readItems({ query: { q, limit: 5 }, signal });
  return data.data.map(({ id, title, description }) => ({
    id,
    title,
    hint: description ?? undefined,
    to: "/items",
    search: { item: id },
  }));
}

export async function hasItems(queryClient: QueryClient) {
  const { count } = await queryClient.fetchQuery(recentItemsQuery());
  return count > 0;
}

/** How many items are deleted with this user. */
export async function countItemsOf(userId: string, signal: AbortSignal) {
  const { data } = await readItems({
    query: { owner_id: userId, limit: 1, count: "exact" },
    signal,
  });
  return data.count;
}

export function itemsStatsQuery(days: number) {
  return readItemsStatsOptions({ query: { days } });
}

export function useItem(id: string) {
  return useRow(ITEMS, id, readItemOptions({ path: { id } }));
}

// The form shows its own errors.
const inForm = { handlesErrors: true };

export function useCreateItem() {
  return useRowMutation(ITEMS, createItemMutation(), {
    success: "Item created successfully",
    meta: inForm,
  });
}

export function useUpdateItem() {
  return useRowMutation(ITEMS, updateItemMutation(), {
    optimistic: (rows, { path, body }) => rows.patch(path.id, body),
    success: "Item updated successfully",
    meta: inForm,
  });
}

export function useDeleteItem() {
  const { mutate } = useRowMutation(ITEMS, deleteItemMutation(), {
    optimistic: (rows, { path }) => rows.remove([path.id]),
    success: "The item was deleted successfully",
  });
  return ({ id, version }: ItemPublic) => mutate({ path: { id }, headers: ifMatch(version) });
}

export function useDeleteItems() {
  return useBulkDelete(ITEMS, (ids) => deleteItems({ body: { ids } }));
}
