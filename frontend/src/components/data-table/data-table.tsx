import type { Row } from "@tanstack/react-table";
import type { KeyboardEvent, MouseEvent, ReactNode, RefObject, SyntheticEvent } from "react";
import { Table, TableBody, TableCell, TableHeader, TableRow } from "@/components/ui/table";
import { cn } from "@/lib/cn";
import type { TableSearch } from "@/lib/table-search";
import { ActionsHeader, ColumnHeader } from "./column-header";
import { cellClass, type Features } from "./features";
import { focusRow } from "./focus-row";
import { SelectAll, SelectRow } from "./select-cells";
import { SkeletonRows } from "./skeleton-rows";
import type { ServerTable, TableRecord } from "./use-server-table";

const MIDDLE = 1;

interface DataTableProps<Record extends TableRecord, Search extends TableSearch> {
  /** Names the region for screen readers. */
  label: string;
  list: ServerTable<Record, Search>;
  /** Adds a selection cell before the others. */
  isSelectable: boolean;
  /** Without rows it shows the skeleton. */
  hasRows: boolean;
  rowName: (row: Record) => string;
  rowMenu: (row: Record) => ReactNode;
  /** Replaces the rows: nothing yet, nothing found, or an error. */
  notice: ReactNode;
  ref: RefObject<HTMLElement | null>;
}

export function DataTable<Record extends TableRecord, Search extends TableSearch>({
  label,
  list,
  isSelectable,
  hasRows,
  rowName,
  rowMenu,
  notice,
  ref,
}: DataTableProps<Record, Search>) {
  const { table, isChanging, changed, sheet } = list;

  /** As a link does: with Ctrl, Cmd or the middle button in a new tab. */
  const openRow = (event: MouseEvent, id: string) => {
    const isNewTab = event.ctrlKey || event.metaKey || event.button === MIDDLE;
    if (!isNewTab) return event.button === 0 && sheet.show(id);
    const link = event.currentTarget.querySelector<HTMLAnchorElement>("a[href]");
    if (link) window.open(link.href, "_blank", "noopener");
  };

  const onRowKey = (event: KeyboardEvent, row: Row<Features, Record>) => {
    if (!isWithin(event)) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      focusRow(ref.current, event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && event.target === event.currentTarget) {
      sheet.show(row.id);
    }
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape" && isWithin(event)) list.clearSelection();
  };

  return (
    <section
      ref={ref}
      aria-label={label}
      aria-busy={isChanging || !(hasRows || notice)}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      onKeyDown={onKeyDown}
      className="overflow-x-auto rounded-lg border bg-card @min-[44rem]:overflow-x-clip"
    >
      {notice || (
        <Table
          className={cn(
            "table-fixed transition-opacity @max-[44rem]:[&_:is(td,th)]:px-2",
            isChanging && "opacity-60 delay-150",
          )}
        >
          <TableHeader className="z-10 @min-[44rem]:sticky @min-[44rem]:top-12 print:static [&_th]:bg-card [&_th]:shadow-[inset_0_-1px_var(--border)] [&_th]:first:rounded-ss-lg [&_th]:last:rounded-se-lg [&_tr]:border-0">
            {table.getHeaderGroups().map((group) => (
              <TableRow key={group.id}>
                {isSelectable && <SelectAll table={table} />}
                {group.headers.map((header) => (
                  <ColumnHeader key={header.id} header={header}>
                    <table.FlexRender header={header} />
                  </ColumnHeader>
                ))}
                <ActionsHeader />
              </TableRow>
            ))}
          </TableHeader>
          <TableBody>
            {!hasRows && (
              <SkeletonRows columns={table.getVisibleLeafColumns()} isSelectable={isSelectable} />
            )}
            {(hasRows ? table.getRowModel().rows : []).map((row) => (
              <TableRow
                key={row.id}
                data-row={row.id}
                data-state={row.getIsSelected() ? "selected" : undefined}
                data-changed={changed.has(row.id) || undefined}
                // Focused with j, k and the arrow keys.
                tabIndex={-1}
                onClick={(event) => isOnRowItself(event) && openRow(event, row.id)}
                onAuxClick={(event) => isOnRowItself(event) && openRow(event, row.id)}
                // Otherwise the middle button starts to scroll.
                onMouseDown={(event) =>
                  event.button === MIDDLE && isOnRowItself(event) && event.preventDefault()
                }
                onKeyDown={(event) => onRowKey(event, row)}
                className="cursor-pointer hover:bg-muted/60 focus-visible:-outline-offset-2 data-[state=selected]:bg-primary/8 data-changed:row-changed"
              >
                {isSelectable && <SelectRow row={row} name={rowName(row.original)} />}
                {row.getVisibleCells().map((cell) => (
                  <TableCell key={cell.id} className={cellClass(cell.column)}>
                    <table.FlexRender cell={cell} />
                  </TableCell>
                ))}
                <TableCell className="px-2 text-end print:hidden">
                  {rowMenu(row.original)}
                </TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
    </section>
  );
}

/** False for the row's menu: React bubbles its events to the row, but it is elsewhere in the DOM. */
function isWithin({ target, currentTarget }: SyntheticEvent) {
  return target instanceof Element && currentTarget.contains(target);
}

/** Neither on a control inside the row nor at the end of a text selection. */
function isOnRowItself(event: MouseEvent) {
  const isControl = (event.target as Element).closest("a, button, label");
  return isWithin(event) && !isControl && window.getSelection()?.type !== "Range";
}
