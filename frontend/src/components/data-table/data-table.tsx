import { type RowData, type TableOptions, useTable } from "@tanstack/react-table";
import type { ReactNode } from "react";
import { Table, TableBody, TableCell, TableHeader, TableRow } from "@/components/ui/table";
import { cn } from "@/lib/cn";
import type { TableSearch } from "@/lib/table-search";
import { ColumnHeader } from "./column-header";
import { features } from "./features";
import { SkeletonRows } from "./skeleton-rows";
import { sortToState, stateToSort } from "./sorting";

const NO_ROWS: never[] = [];

interface DataTableProps<Row extends RowData, Search extends TableSearch> {
  /** Names the region for screen readers. */
  label: string;
  columns: TableOptions<typeof features, Row>["columns"];
  /** Missing until the first answer. */
  rows: Row[] | undefined;
  /** The rows are still those of the page before. */
  isChanging: boolean;
  rowId: (row: Row) => string;
  search: Search;
  onSearch: (change: Partial<Search>) => void;
  /** In place of rows: nothing yet, nothing found, or an error. */
  notice: ReactNode;
}

export function DataTable<Row extends RowData, Search extends TableSearch>({
  label,
  columns,
  rows,
  isChanging,
  rowId,
  search,
  onSearch,
  notice,
}: DataTableProps<Row, Search>) {
  const table = useTable({
    features,
    columns,
    data: rows ?? NO_ROWS,
    getRowId: rowId,
    manualSorting: true,
    enableSortingRemoval: false,
    state: { sorting: sortToState(search.sort) },
    onSortingChange: (updater) => {
      const current = sortToState(search.sort);
      const next = typeof updater === "function" ? updater(current) : updater;
      onSearch({ sort: stateToSort(next), page: 1 } as Partial<Search>);
    },
  });

  return (
    <section
      aria-label={label}
      aria-busy={isChanging || !(rows || notice)}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      className="overflow-x-auto rounded-lg border bg-card"
    >
      {notice || (
        <Table className={cn("transition-opacity", isChanging && "opacity-60 delay-150")}>
          <TableHeader>
            {table.getHeaderGroups().map((group) => (
              <TableRow key={group.id}>
                {group.headers.map((header) => (
                  <ColumnHeader key={header.id} header={header}>
                    <table.FlexRender header={header} />
                  </ColumnHeader>
                ))}
              </TableRow>
            ))}
          </TableHeader>
          <TableBody>
            {rows === undefined && <SkeletonRows columns={table.getAllLeafColumns()} />}
            {table.getRowModel().rows.map((row) => (
              <TableRow key={row.id} className="hover:bg-muted/60">
                {row.getAllCells().map((cell) => (
                  <TableCell key={cell.id} className={cell.column.columnDef.meta?.className}>
                    <table.FlexRender cell={cell} />
                  </TableCell>
                ))}
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
    </section>
  );
}
