import { type LucideIcon, Pencil, Trash2 } from "lucide-react";
import { Suspense, useDeferredValue, useRef } from "react";
import { Alert } from "@/components/ui/alert";
import { errorMessage } from "@/lib/errors";
import { useHotkey } from "@/lib/hotkeys";
import { lazyOnIdle } from "@/lib/lazy-on-idle";
import type { Noun } from "@/lib/noun";
import { useOverlay } from "@/lib/overlay";
import type { TableSearch } from "@/lib/table-search";
import { DataTable } from "./data-table";
import type { ExportRequest } from "./export-button";
import type { Filter } from "./filter-chip";
import { focusRow } from "./focus-row";
import { Pagination } from "./pagination";
import { type RowAction, RowMenu } from "./row-menu";
import { TableNotice } from "./table-notice";
import { Toolbar } from "./toolbar";
import type { TableRecord, ServerTable as TableState } from "./use-server-table";

const BulkBar = lazyOnIdle(() => import("./bulk-bar"));
const DeleteDialog = lazyOnIdle(() => import("./delete-dialog"));

/** The rows to delete: one row as the user saw it, or the selected ones. */
interface Deletion<Row> {
  ids: string[];
  row?: Row;
}

interface ServerTableProps<Row extends TableRecord, Search extends TableSearch> {
  list: TableState<Row, Search>;
  noun: Noun;
  /** A row's name for users. */
  rowName: (row: Row) => string;
  filters?: readonly Filter<keyof Search & string>[];
  /** Additional actions in the row's menu, between "Edit" and "Delete". */
  rowActions?: (row: Row) => RowAction[];
  empty: { icon: LucideIcon; title: string; description: string };
  /** Adds a button that exports the list as CSV. */
  exportRows?: ExportRequest;
  /** Adds "Delete" to the row's menu. */
  onDelete?: (row: Row) => void;
  /** Makes rows selectable and deletes the selected ones. */
  onDeleteMany?: (ids: string[]) => void;
}

/** Everything below the header of a page with a table: search, filters, rows, pagination and row actions. */
export function ServerTable<Row extends TableRecord, Search extends TableSearch>({
  list,
  noun,
  rowName,
  filters = [],
  rowActions,
  empty,
  exportRows,
  onDelete,
  onDeleteMany,
}: ServerTableProps<Row, Search>) {
  const { page, error, search, sheet, selected } = list;
  const region = useRef<HTMLElement>(null);
  const deletion = useOverlay<Deletion<Row>>();
  useTableHotkeys(list, noun, region);

  // Renders the first rows in small steps behind the skeleton, so that a phone can respond to input in between.
  const hasRows = useDeferredValue(page !== undefined);
  const hasNoRows = page ? page.count === 0 : error !== null;
  const actionsOf = (row: Row): RowAction[] => [
    { title: `Edit ${noun.one}`, icon: Pencil, run: () => sheet.show(row.id) },
    ...(rowActions?.(row) ?? []),
    ...(onDelete && list.table.getRow(row.id).getCanSelect()
      ? [
          {
            title: `Delete ${noun.one}`,
            icon: Trash2,
            isDestructive: true,
            run: () => deletion.show({ ids: [row.id], row }),
          },
        ]
      : []),
  ];

  const deleteThem = ({ ids, row }: Deletion<Row>) => {
    if (row) onDelete?.(row);
    else onDeleteMany?.(ids);
    list.clearSelection();
  };

  return (
    <>
      {/* Toolbar and table adapt to their own width, because the sidebar takes a part of the window's. */}
      <div data-slot="server-table" className="@container">
        <Toolbar
          list={list}
          noun={noun}
          filters={filters}
          exportRows={exportRows}
          onArrowDown={() => focusRow(region.current, 1)}
        />
        {page && error && <Alert className="mb-3">{errorMessage(error)}</Alert>}
        <DataTable
          ref={region}
          label={noun.many}
          list={list}
          isSelectable={onDeleteMany !== undefined}
          hasRows={hasRows}
          rowName={rowName}
          rowMenu={(row) => <RowMenu name={rowName(row)} actions={actionsOf(row)} />}
          notice={
            hasNoRows && (
              <TableNotice
                noun={noun}
                error={error}
                q={search.q}
                isFiltered={list.isFiltered}
                empty={empty}
                onRetry={list.retry}
                onClear={list.clearFilters}
              />
            )
          }
        />
        {page && hasRows && !hasNoRows && <Pagination list={list} count={page.count} />}
      </div>
      <Suspense>
        {selected.length > 0 && (
          <BulkBar
            count={selected.length}
            onDelete={() => deletion.show({ ids: selected })}
            onClear={list.clearSelection}
          />
        )}
        {deletion.value && (
          <DeleteDialog
            overlay={deletion}
            noun={noun}
            count={deletion.value.ids.length}
            name={deletion.value.row && rowName(deletion.value.row)}
            onDelete={() => deletion.value && deleteThem(deletion.value)}
          />
        )}
      </Suspense>
    </>
  );
}

function useTableHotkeys<Row extends TableRecord, Search extends TableSearch>(
  { sheet }: TableState<Row, Search>,
  noun: Noun,
  region: React.RefObject<HTMLElement | null>,
) {
  useHotkey("c", () => sheet.show(), `Add ${noun.one}`);
  useHotkey("j", () => focusRow(region.current, 1), "Next row");
  useHotkey("k", () => focusRow(region.current, -1), "Previous row");
}
