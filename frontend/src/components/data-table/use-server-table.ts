import { hashKey, keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { type RowSelectionState, type TableOptions, useTable } from "@tanstack/react-table";
import { useEffect, useEffectEvent, useState } from "react";
import type { ListOptions } from "@/lib/list-query";
import { lastPage, type TableSearch } from "@/lib/table-search";
import { type Features, features } from "./features";
import { sortToState, stateToSort } from "./sorting";
import { useChangedRows } from "./use-changed-rows";
import { useHiddenColumns } from "./use-hidden-columns";
import { useTableUrl } from "./use-table-url";

export interface TableRecord {
  id: string;
  /** Distinguishes a row that someone else changed from one that only moved. */
  version?: number;
}

interface ServerTableOptions<Row extends TableRecord, Search extends TableSearch> {
  /** The key for the column choice in the browser's storage. */
  name: string;
  /** The search parameter that names the open row. */
  param: keyof Search & string;
  /** The search parameters that filter the list, besides `q`. */
  filters: readonly (keyof Search & string)[];
  columns: TableOptions<Features, Row>["columns"];
  search: Search;
  query: (search: Search) => ListOptions<Row>;
  /** Whether a row can be selected and deleted. Default: all rows. */
  isSelectable?: (row: Row) => boolean;
}

const NO_ROWS: never[] = [];

/** A table whose rows the API filters, sorts and paginates, as the URL says. */
export function useServerTable<Row extends TableRecord, Search extends TableSearch>({
  name,
  param,
  filters,
  columns,
  search,
  query,
  isSelectable = () => true,
}: ServerTableOptions<Row, Search>) {
  const queryClient = useQueryClient();
  const { go, sheet } = useTableUrl(search, param);
  const options = query(search);
  const list = useQuery({ ...options, placeholderData: keepPreviousData });
  const page = list.data;

  const setSearch = (change: Partial<Search>, replace = false) => go(change, { replace });
  /** A changed filter starts on the first page. It clears the selection, which could be out of sight. */
  const setFilter = (change: Partial<Search>, replace = false) => {
    setSelection({});
    setSearch({ page: 1, ...change }, replace);
  };

  const last = page && !list.isPlaceholderData ? lastPage(page.count, search.size) : undefined;
  const goToLast = useEffectEvent((page: number) =>
    // Not a reason for an open form to ask about unsaved input.
    go({ page } as Partial<Search>, { replace: true, ignoreBlocker: true }),
  );
  useEffect(() => {
    // The last row of the last page was deleted, or the link is outdated. An empty page has the exact count.
    if (last && search.page > last) goToLast(last);
  }, [last, search.page]);

  const [selection, setSelection] = useState<RowSelectionState>({});
  const [visibility, setVisibility] = useHiddenColumns(name);
  const sorting = sortToState(search.sort);
  const table = useTable({
    features,
    columns,
    data: page?.data ?? NO_ROWS,
    getRowId: (row) => row.id,
    manualSorting: true,
    enableSortingRemoval: false,
    state: { sorting, rowSelection: selection, columnVisibility: visibility },
    onSortingChange: (updater) => {
      const sort = stateToSort(typeof updater === "function" ? updater(sorting) : updater);
      setSearch({ sort, page: 1 } as Partial<Search>);
    },
    enableRowSelection: (row) => isSelectable(row.original),
    onRowSelectionChange: setSelection,
    onColumnVisibilityChange: setVisibility,
  });

  return {
    table,
    search,
    setSearch,
    setFilter,
    sheet,
    page,
    error: list.error,
    isChanging: list.isPlaceholderData,
    changed: useChangedRows(
      list.isPlaceholderData ? undefined : page?.data,
      hashKey(options.queryKey),
    ),
    isFiltered: filters.some((filter) => search[filter] !== undefined),
    clearFilters: () => {
      const cleared = Object.fromEntries(filters.map((filter) => [filter, undefined]));
      setFilter({ ...cleared, q: "" } as Partial<Search>);
    },
    retry: () => void list.refetch(),
    /** For a page that the user will probably open next. */
    prefetchPage: (number: number) =>
      void queryClient.prefetchQuery(query({ ...search, page: number })),
    selected: Object.keys(selection),
    clearSelection: () => setSelection({}),
    select: (ids: string[]) =>
      setSelection((now) => ({ ...now, ...Object.fromEntries(ids.map((id) => [id, true])) })),
    deselect: (ids: string[]) =>
      setSelection((now) =>
        Object.fromEntries(Object.entries(now).filter(([id]) => !ids.includes(id))),
      ),
  };
}

/** Any table, for the components around it. */
export type ServerTable<
  Row extends TableRecord,
  Search extends TableSearch = TableSearch,
> = ReturnType<typeof useServerTable<Row, Search>>;
