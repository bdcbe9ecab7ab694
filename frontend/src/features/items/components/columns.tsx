import type { ItemPublic } from "@app/sdk";
import { columnHelper } from "@/components/data-table/features";
import { formatDate, formatDateTime } from "@/lib/format";
import { RowActions } from "./row-actions";

interface Actions {
  onEdit: (item: ItemPublic) => void;
  onDelete: (item: ItemPublic) => void;
}

const helper = columnHelper<ItemPublic>();

export function itemColumns({ onEdit, onDelete }: Actions) {
  return helper.columns([
    helper.accessor("title", {
      header: "Title",
      cell: ({ row: { original: item } }) => (
        <button
          type="button"
          onClick={() => onEdit(item)}
          className="max-w-full truncate rounded-xs text-start font-medium hover:underline"
        >
          {item.title}
        </button>
      ),
      meta: { className: "w-2/5 max-w-0 max-sm:w-auto" },
    }),
    helper.accessor("description", {
      header: "Description",
      enableSorting: false,
      cell: ({ getValue }) => (
        <span className="block truncate text-muted-foreground">{getValue() ?? "–"}</span>
      ),
      meta: { className: "max-w-0 max-sm:hidden" },
    }),
    helper.accessor("created_at", {
      header: "Created",
      sortDescFirst: true,
      cell: ({ getValue }) => (
        <time dateTime={getValue()} title={formatDateTime(getValue())}>
          {formatDate(getValue())}
        </time>
      ),
      meta: { className: "w-36 max-sm:w-28 whitespace-nowrap text-muted-foreground" },
    }),
    helper.display({
      id: "actions",
      header: () => <span className="sr-only">Actions</span>,
      cell: ({ row: { original: item } }) => (
        <RowActions
          title={item.title}
          onEdit={() => onEdit(item)}
          onDelete={() => onDelete(item)}
        />
      ),
      meta: { className: "w-14 px-2 text-end" },
    }),
  ]);
}
