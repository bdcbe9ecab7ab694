import type { MailPublic } from "@app/sdk";
import { columnHelper } from "@/components/data-table/features";
import { RowLink } from "@/components/data-table/row-link";
import { Status } from "@/components/ui/status";
import { UserText } from "@/components/ui/user-text";
import { formatDateTime } from "@/lib/format";
import { asTitle, mailTitle } from "../api";

const helper = columnHelper<MailPublic>();

export const mailColumns = helper.columns([
  helper.accessor("subject", {
    header: "Mail",
    enableHiding: false,
    enableSorting: false,
    cell: ({ row: { original: mail } }) => (
      <>
        <RowLink param="mail" id={mail.id}>
          {mailTitle(mail)}
        </RowLink>
        <UserText className="block truncate text-muted-foreground text-xs @min-[44rem]:hidden">
          {mail.recipient ?? "A deleted user"}
        </UserText>
      </>
    ),
  }),
  helper.accessor("recipient", {
    header: "Recipient",
    enableSorting: false,
    cell: ({ getValue }) => (
      <UserText className="block truncate">{getValue() ?? "A deleted user"}</UserText>
    ),
    meta: { from: 44 },
  }),
  helper.accessor("state", {
    header: "Status",
    enableSorting: false,
    cell: ({ getValue }) => <Status isOn={getValue() === "sent"}>{asTitle(getValue())}</Status>,
    meta: { className: "w-28", from: 28 },
  }),
  helper.accessor("attempts", {
    header: "Attempts",
    enableSorting: false,
    meta: { className: "w-24 tabular-nums", from: 60 },
  }),
  helper.accessor("created_at", {
    header: "Created",
    sortDescFirst: true,
    cell: ({ getValue }) => <time dateTime={getValue()}>{formatDateTime(getValue())}</time>,
    meta: { className: "w-44 whitespace-nowrap text-muted-foreground", from: 50 },
  }),
]);
