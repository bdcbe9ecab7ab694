import type { UserPublic } from "@app/sdk";
import { createFileRoute, stripSearchParams, useNavigate } from "@tanstack/react-router";
import { Plus, UserCheck, Users, UserX } from "lucide-react";
import { Suspense } from "react";
import type { RowAction } from "@/components/data-table/row-menu";
import { ServerTable } from "@/components/data-table/server-table";
import { useServerTable } from "@/components/data-table/use-server-table";
import { PageHeader } from "@/components/layout/page-header";
import { Button } from "@/components/ui/button";
import { requireSuperuser } from "@/lib/access";
import { userLinks } from "@/lib/features";
import { lazyOnIdle } from "@/lib/lazy-on-idle";
import { useMe } from "@/lib/session";
import { searchOf, tableDefaults } from "@/lib/table-search";
import {
  exportedUsers,
  nameOf,
  USERS,
  useDeleteUser,
  useDeleteUsers,
  useSetActive,
} from "../../api";
import { OwnedRows } from "../../components/owned-rows";
import { userColumns } from "../../components/user-columns";
import { FACTOR_OPTIONS, USER_SORTS, userSearch, usersQuery } from "../../list";

const UserSheet = lazyOnIdle(() => import("../../components/user-sheet"));

export const Route = createFileRoute("/_app/admin")({
  staticData: { title: "Users" },
  validateSearch: userSearch,
  search: { middlewares: [stripSearchParams(tableDefaults(USER_SORTS[0]))] },
  beforeLoad: ({ context }) => requireSuperuser(context.user),
  // Fetches the list while the page's code loads. The table shows the loading and error states.
  loader: ({ context, location }) => {
    void context.queryClient.prefetchQuery(usersQuery(searchOf(userSearch, location)));
  },
  component: UsersPage,
});

function UsersPage() {
  const me = useMe();
  const list = useServerTable({
    name: "users",
    param: "user",
    filters: ["role", "state", "factor"],
    columns: userColumns,
    search: Route.useSearch(),
    query: usersQuery,
    // Users cannot delete themselves here.
    isSelectable: ({ id }) => id !== me.id,
  });
  const setActive = useSetActive();
  const actionsOf = useUserActions(me, setActive);

  return (
    <>
      <PageHeader title="Users" description="Manage user accounts and permissions">
        <Button onClick={() => list.sheet.show()}>
          <Plus aria-hidden />
          Add User
        </Button>
      </PageHeader>
      <ServerTable
        list={list}
        noun={USERS.noun}
        rowName={nameOf}
        filters={FILTERS}
        rowActions={actionsOf}
        empty={{ icon: Users, title: "No users", description: "Add a user to get started" }}
        exportRows={exportedUsers(list.search)}
        consequences={(userIds) => <OwnedRows userIds={userIds} who="they" />}
        insteadOfDelete={(user) =>
          user.is_active
            ? { label: "Deactivate instead", onChoose: () => setActive(user, false) }
            : undefined
        }
        onDelete={useDeleteUser()}
        onDeleteMany={useDeleteUsers()}
      />
      <Suspense>
        {list.sheet.key > 0 && <UserSheet key={list.sheet.key} overlay={list.sheet} />}
      </Suspense>
    </>
  );
}

const FILTERS = [
  {
    name: "role",
    title: "Role",
    options: [
      { value: "superuser", title: "Superuser" },
      { value: "user", title: "User" },
    ],
  },
  {
    name: "state",
    title: "Status",
    options: [
      { value: "active", title: "Active" },
      { value: "inactive", title: "Inactive" },
    ],
  },
  ...(FACTOR_OPTIONS.length > 0
    ? [{ name: "factor" as const, title: "Second factor", options: FACTOR_OPTIONS }]
    : []),
] as const;

/** Row actions: links that other features contribute, and activating or deactivating the user. */
function useUserActions(me: UserPublic, setActive: ReturnType<typeof useSetActive>) {
  const navigate = useNavigate();
  return (user: UserPublic): RowAction[] => [
    ...userLinks.map(({ title, icon, to, param }) => ({
      title,
      icon,
      run: () => void navigate({ to, search: { [param]: user.id } as never }),
    })),
    ...(user.id === me.id
      ? []
      : [
          {
            title: user.is_active ? "Deactivate User" : "Activate User",
            icon: user.is_active ? UserX : UserCheck,
            run: () => setActive(user, !user.is_active),
          },
        ]),
  ];
}
