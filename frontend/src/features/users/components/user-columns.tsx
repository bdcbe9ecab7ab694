import type { UserPublic } from "@app/sdk";
import { columnHelper } from "@/components/data-table/features";
import { RowLink } from "@/components/data-table/row-link";
import { Avatar } from "@/components/ui/avatar";
import { Badge } from "@/components/ui/badge";
import { DateTime } from "@/components/ui/date-time";
import { Status } from "@/components/ui/status";
import { useMe } from "@/lib/session";
import { nameOf } from "../api";

const helper = columnHelper<UserPublic>();

export const userColumns = helper.columns([
  helper.accessor("full_name", {
    header: "Full name",
    enableHiding: false,
    cell: ({ row: { original: user } }) => <UserName user={user} />,
    meta: { className: "@min-[44rem]:w-3/10" },
  }),
  helper.accessor("email", {
    header: "Email",
    cell: ({ getValue }) => <span className="block truncate">{getValue()}</span>,
    meta: { from: 44 },
  }),
  helper.accessor("is_superuser", {
    header: "Role",
    enableSorting: false,
    cell: ({ getValue }) => (getValue() ? "Superuser" : "User"),
    meta: { className: "w-28", from: 50 },
  }),
  helper.accessor("is_active", {
    header: "Status",
    enableSorting: false,
    cell: ({ getValue }) => <Status isOn={getValue()}>{getValue() ? "Active" : "Inactive"}</Status>,
    meta: { className: "w-26", from: 28 },
  }),
  helper.accessor("created_at", {
    header: "Created",
    sortDescFirst: true,
    cell: ({ getValue }) => <DateTime iso={getValue()} />,
    meta: { className: "w-32 whitespace-nowrap text-muted-foreground", from: 60 },
  }),
]);

function UserName({ user }: { user: UserPublic }) {
  const me = useMe();
  return (
    <div className="flex items-center gap-3">
      <Avatar name={nameOf(user)} src={user.avatar_url} className="size-7 @max-[28rem]:hidden" />
      <div className="min-w-0">
        <RowLink param="user" id={user.id}>
          {nameOf(user)}
        </RowLink>
        {user.full_name && (
          <span className="block truncate text-muted-foreground text-xs @min-[44rem]:hidden">
            {user.email}
          </span>
        )}
      </div>
      {user.id === me.id && <Badge>You</Badge>}
      {!user.is_active && <Badge className="@min-[28rem]:hidden">Inactive</Badge>}
    </div>
  );
}
