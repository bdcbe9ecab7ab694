import type { AuditEventPublic } from "@app/sdk";
import { columnHelper } from "@/components/data-table/features";
import { RowLink } from "@/components/data-table/row-link";
import { UserText } from "@/components/ui/user-text";
import { formatDateTime } from "@/lib/format";
import { whoOf } from "../api";

const helper = columnHelper<AuditEventPublic>();

export const eventColumns = helper.columns([
  helper.accessor("action", {
    header: "Action",
    enableHiding: false,
    enableSorting: false,
    cell: ({ row: { original: event } }) => (
      <>
        <RowLink param="event" id={event.id}>
          {event.action}
        </RowLink>
        <UserText className="block truncate text-muted-foreground text-xs @min-[44rem]:hidden">
          {whoOf(event)}
        </UserText>
        <time
          dateTime={event.created_at}
          className="block truncate text-muted-foreground text-xs @min-[28rem]:hidden"
        >
          {formatDateTime(event.created_at)}
        </time>
      </>
    ),
  }),
  helper.accessor("user_email", {
    header: "User",
    enableSorting: false,
    cell: ({ row: { original: event } }) => (
      <UserText className="block truncate">{whoOf(event)}</UserText>
    ),
    meta: { from: 44 },
  }),
  helper.accessor("record_id", {
    header: "Record",
    enableSorting: false,
    cell: ({ getValue }) => <span className="block truncate font-mono text-xs">{getValue()}</span>,
    meta: { from: 50 },
  }),
  helper.accessor("client", {
    header: "Address",
    enableSorting: false,
    cell: ({ getValue }) => <span className="block truncate">{getValue()}</span>,
    meta: { className: "w-36", from: 60 },
  }),
  helper.accessor("created_at", {
    header: "Time",
    sortDescFirst: true,
    cell: ({ getValue }) => <time dateTime={getValue()}>{formatDateTime(getValue())}</time>,
    meta: { className: "w-44 whitespace-nowrap text-muted-foreground", from: 28 },
  }),
]);
