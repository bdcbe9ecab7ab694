import type { SecurityEventPublic } from "@app/sdk";
import { columnHelper } from "@/components/data-table/features";
import { RowLink } from "@/components/data-table/row-link";
import { UserText } from "@/components/ui/user-text";
import { formatDateTime } from "@/lib/format";
import { placeOf, titleOf } from "../kinds";

const helper = columnHelper<SecurityEventPublic>();

export const eventColumns = helper.columns([
  helper.accessor("kind", {
    header: "Event",
    enableHiding: false,
    enableSorting: false,
    cell: ({ row: { original: event } }) => (
      <>
        <RowLink param="event" id={event.id}>
          {titleOf(event)}
        </RowLink>
        <UserText className="block truncate text-muted-foreground text-xs @min-[50rem]:hidden">
          {[placeOf(event), event.ip].filter(Boolean).join(" · ")}
        </UserText>
        <time
          dateTime={event.at}
          className="block truncate text-muted-foreground text-xs @min-[28rem]:hidden"
        >
          {formatDateTime(event.at)}
        </time>
      </>
    ),
  }),
  helper.accessor("device", {
    header: "Device",
    enableSorting: false,
    cell: ({ row: { original: event } }) => (
      <UserText className="block truncate">{placeOf(event)}</UserText>
    ),
    meta: { className: "w-40", from: 44 },
  }),
  helper.accessor("ip", {
    header: "Address",
    enableSorting: false,
    cell: ({ getValue }) => <span className="block truncate">{getValue()}</span>,
    meta: { className: "w-32", from: 50 },
  }),
  helper.accessor("at", {
    header: "Time",
    sortDescFirst: true,
    cell: ({ getValue }) => <time dateTime={getValue()}>{formatDateTime(getValue())}</time>,
    meta: { className: "w-44 whitespace-nowrap text-muted-foreground", from: 28 },
  }),
]);
