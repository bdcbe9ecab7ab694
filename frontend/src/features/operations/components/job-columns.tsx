import type { JobPublic } from "@app/sdk";
import { columnHelper } from "@/components/data-table/features";
import { RowLink } from "@/components/data-table/row-link";
import { Status } from "@/components/ui/status";
import { UserText } from "@/components/ui/user-text";
import { formatDateTime } from "@/lib/format";
import { asTitle } from "../api";

const helper = columnHelper<JobPublic>();

const isGood = (state: string) => state === "running" || state === "succeeded";

export const jobColumns = helper.columns([
  helper.accessor("name", {
    header: "Job",
    enableHiding: false,
    enableSorting: false,
    cell: ({ row: { original: job } }) => (
      <>
        <RowLink param="job" id={job.id}>
          {job.name}
        </RowLink>
        <span className="block truncate text-muted-foreground text-xs @min-[28rem]:hidden">
          {asTitle(job.state)} · {formatDateTime(job.created_at)}
        </span>
      </>
    ),
  }),
  helper.accessor("state", {
    header: "Status",
    enableSorting: false,
    cell: ({ getValue }) => <Status isOn={isGood(getValue())}>{asTitle(getValue())}</Status>,
    meta: { className: "w-30", from: 28 },
  }),
  helper.accessor("queue", {
    header: "Queue",
    enableSorting: false,
    cell: ({ getValue }) => <span className="block truncate">{getValue()}</span>,
    meta: { className: "w-28", from: 60 },
  }),
  helper.accessor("attempts", {
    header: "Attempts",
    enableSorting: false,
    meta: { className: "w-24 tabular-nums", from: 60 },
  }),
  helper.accessor("last_error", {
    header: "Last error",
    enableSorting: false,
    cell: ({ getValue }) => <UserText className="block truncate">{getValue() ?? ""}</UserText>,
    meta: { from: 50 },
  }),
  helper.accessor("created_at", {
    header: "Created",
    sortDescFirst: true,
    cell: ({ getValue }) => <time dateTime={getValue()}>{formatDateTime(getValue())}</time>,
    meta: { className: "w-44 whitespace-nowrap text-muted-foreground", from: 44 },
  }),
]);
