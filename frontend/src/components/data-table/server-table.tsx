import { Eye, type LucideIcon, Pencil, Trash2 } from "lucide-react";
import { type ReactNode, Suspense, useDeferredValue, useRef } from "react";
import { Alert } from "@/components/ui/alert";
import { errorMessage } from "@/lib/errors";
import { useHotkey } from "@/lib/hotkeys";
import { lazyOnIdle } from "@/lib/lazy-on-idle";
import type { Noun } from "@/lib/noun";
import { useOverlay } from "@/lib/overlay";
import type { TableSearch } from "@/lib/table-search";
import { harmless } from "@/lib/text";
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

/** The rows to delete: from the menu of one row, or the selected ones. */
interface Deletion<Row> {
  ids: string[];
  /** A single row as the user saw it. */
  row?: Row;
  isSelection?: boolean;
}

interface ServerTableProps<Row extends TableRecord, Search extends TableSearch> {
  list: TableState<Row, Search>;
  noun: Noun;
  /** A row's name for users. */
  rowName: (row: Row) => string;
  filters?: readonly Filter<keyof Search & string>[];
  /** Rows open to be read: the menu says "Show" instead of "Edit", and no key adds a row. */
  isReadOnly?: boolean;
  /** Additional actions in the row's menu, between "Edit" and "Delete". */
  rowActions?: (row: Row) => RowAction[];
  empty: { icon: LucideIcon; title: string; description: string };
  /** Adds a button that exports the list as CSV. */
  exportRows?: ExportRequest;
  /** Adds "Delete" to the row's menu. */
  onDelete?: (row: Row) => void;
  /** Makes rows selectable and deletes the selected ones. */
  onDeleteMany?: (ids: string[], options: { onError: () => void }) => void;
  /** Says in the question what is deleted with these rows. */
  consequences?: (ids: string[]) => ReactNode;
  /** A milder choice in the question about one row. */
  insteadOfDelete?: (row: Row) => { label: string; onChoose: () => void } | undefined;
}

/** Everything below the header of a page with a table: search, filters, rows, pagination and row actions. */
export function ServerTable<Row extends TableRecord, Search extends TableSearch>({
  list,
  noun,
  rowName,
  filters = [],
  isReadOnly = false,
  rowActions,
  empty,
  exportRows,
  onDelete,
  onDeleteMany,
  consequences,
  insteadOfDelete,
}: ServerTableProps<Row, Search>) {
  const { page, error, search, sheet, selected } = list;
  const region = useRef<HTMLElement>(null);
  const deletion = useOverlay<Deletion<Row>>();
  useTableHotkeys(list, isReadOnly ? undefined : noun, region);

  // Renders the first rows in small steps behind the skeleton, so that a phone can respond to input in between.
  const hasRows = useDeferredValue(page !== undefined);
  const hasNoRows = page ? page.count === 0 : error !== null;
  const labelOf = (row: Row) => harmless(rowName(row));
  const actionsOf = (row: Row): RowAction[] => [
    {
      title: `${isReadOnly ? "Show" : "Edit"} ${noun.one}`,
      icon: isReadOnly ? Eye : Pencil,
      run: () => sheet.show(row.id),
    },
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

  const deleteThem = ({ ids, row, isSelection }: Deletion<Row>) => {
    list.deselect(ids);
    // A refused deletion can be tried again, or corrected.
    if (isSelection) onDeleteMany?.(ids, { onError: () => list.select(ids) });
    else if (row) onDelete?.(row);
  };
  const askAboutSelection = () => {
    const row = page?.data.find(({ id }) => id === selected[0]);
    deletion.show({
      ids: selected,
      row: selected.length === 1 ? row : undefined,
      isSelection: true,
    });
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
          rowName={labelOf}
          rowMenu={(row) => <RowMenu name={labelOf(row)} actions={actionsOf(row)} />}
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
        {page && hasRows && !hasNoRows && <Pagination list={list} page={page} />}
      </div>
      <Suspense>
        {selected.length > 0 && (
          <BulkBar
            count={selected.length}
            onDelete={askAboutSelection}
            onClear={list.clearSelection}
          />
        )}
        {deletion.value && (
          <DeleteDialog
            overlay={deletion}
            noun={noun}
            count={deletion.value.ids.length}
            name={deletion.value.row && rowName(deletion.value.row)}
            consequences={deletion.open && consequences?.(deletion.value.ids)}
            instead={deletion.value.row && insteadOfDelete?.(deletion.value.row)}
            onDelete={() => deletion.value && deleteThem(deletion.value)}
          />
        )}
      </Suspense>
    </>
  );
}

function useTableHotkeys<Row extends TableRecord, Search extends TableSearch>(
  { sheet }: TableState<Row, Search>,
  added: Noun | undefined,
  region: React.RefObject<HTMLElement | null>,
) {
  useHotkey(added && "c", () => sheet.show(), `Add ${added?.one}`);
  useHotkey("j", () => focusRow(region.current, 1), "Next row");
  useHotkey("k", () => focusRow(region.current, -1), "Previous row");
}
