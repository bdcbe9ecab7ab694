import type { ItemPublic } from "@app/sdk";
import { columnHelper } from "@/components/data-table/features";
import { RowLink } from "@/components/data-table/row-link";
import { DateTime } from "@/components/ui/date-time";

const helper = columnHelper<ItemPublic>();

export const itemColumns = helper.columns([
  helper.accessor("title", {
    header: "Title",
    enableHiding: false,
    cell: ({ row: { original: item } }) => (
      <>
        <RowLink param="item" id={item.id}>
          {item.title}
        </RowLink>
        <span className="block truncate text-muted-foreground text-xs @min-[44rem]:hidden">
          {item.description}
        </span>
      </>
    ),
    meta: { className: "@min-[44rem]:w-2/5" },
  }),
  helper.accessor("description", {
    header: "Description",
    enableSorting: false,
    cell: ({ getValue }) => (
      <span className="block truncate text-muted-foreground">{getValue() ?? "–"}</span>
    ),
    meta: { from: 44 },
  }),
  helper.accessor("created_at", {
    header: "Created",
    sortDescFirst: true,
    cell: ({ getValue }) => <DateTime iso={getValue()} />,
    meta: { className: "w-36 whitespace-nowrap text-muted-foreground", from: 28 },
  }),
]);
