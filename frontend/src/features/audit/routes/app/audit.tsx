import type { AuditEventPublic } from "@app/sdk";
import { createFileRoute, stripSearchParams, useNavigate } from "@tanstack/react-router";
import { FileClock, History, ScrollText } from "lucide-react";
import { Suspense } from "react";
import type { RowAction } from "@/components/data-table/row-menu";
import { ServerTable } from "@/components/data-table/server-table";
import { useServerTable } from "@/components/data-table/use-server-table";
import { PageHeader } from "@/components/layout/page-header";
import { requireSuperuser } from "@/lib/access";
import { lazyOnIdle } from "@/lib/lazy-on-idle";
import { useMe } from "@/lib/session";
import { searchOf, tableDefaults } from "@/lib/table-search";
import { EVENT, exportedEvents } from "../../api";
import { eventColumns } from "../../components/event-columns";
import { EVENT_SORTS, type EventSearch, eventSearch, eventsQuery } from "../../list";

const EventSheet = lazyOnIdle(() => import("../../components/event-sheet"));

export const Route = createFileRoute("/_app/audit")({
  staticData: { title: "Audit log" },
  validateSearch: eventSearch,
  search: { middlewares: [stripSearchParams(tableDefaults(EVENT_SORTS[0]))] },
  beforeLoad: ({ context }) => requireSuperuser(context.user),
  // Fetches the list while the page's code loads. The table shows the loading and error states.
  loader: ({ context, location }) => {
    void context.queryClient.prefetchQuery(eventsQuery(searchOf(eventSearch, location)));
  },
  component: AuditPage,
});

function AuditPage() {
  const list = useServerTable({
    name: "audit",
    param: "event",
    filters: ["action", "user", "record", "time"],
    columns: eventColumns,
    search: Route.useSearch(),
    query: eventsQuery,
  });
  const rows = list.page?.data ?? [];
  const filters = useFilters(list.search, rows);
  const actionsOf = useEventActions();

  return (
    <>
      <PageHeader title="Audit log" description="Who changed what, when and from where" />
      <ServerTable
        list={list}
        noun={EVENT}
        isReadOnly
        rowName={(event) => event.action}
        filters={filters}
        rowActions={actionsOf}
        empty={{ icon: ScrollText, title: "No events", description: "Changes appear here" }}
        exportRows={exportedEvents(list.search)}
      />
      <Suspense>
        {list.sheet.value !== undefined && list.page && (
          <EventSheet
            key={list.sheet.key}
            overlay={list.sheet}
            event={rows.find(({ id }) => id === list.sheet.value)}
          />
        )}
      </Suspense>
    </>
  );
}

const ACTIONS = ["create", "update", "delete"].map((change) => `user.${change}`);
const SESSIONS = ["create", "delete"].map((change) => `user_session.${change}`);

/** Each filter offers the usual choices, and the one in the URL. */
function useFilters({ action, user, record }: EventSearch, rows: readonly AuditEventPublic[]) {
  const me = useMe();
  const actions = [...new Set([...ACTIONS, ...SESSIONS, ...(action ? [action] : [])])];
  const email = rows.find(({ user_id }) => user_id === user)?.user_email ?? "Another user";
  return [
    {
      name: "action",
      title: "Action",
      options: actions.map((each) => ({ value: each, title: each })),
    },
    {
      name: "user",
      title: "User",
      options: [
        { value: me.id, title: "Me" },
        ...(user && user !== me.id ? [{ value: user, title: email }] : []),
      ],
      anyTitle: "Everyone",
    },
    ...(record
      ? [{ name: "record", title: "Record", options: [{ value: record, title: record }] } as const]
      : []),
    {
      name: "time",
      title: "Period",
      options: [
        { value: "day", title: "Last 24 hours" },
        { value: "week", title: "Last 7 days" },
        { value: "month", title: "Last 30 days" },
      ],
      anyTitle: "Any time",
    },
  ] as const;
}

/** Row actions: the other events of the same record or user. */
function useEventActions() {
  const navigate = useNavigate({ from: Route.fullPath });
  const show = (search: Partial<EventSearch>) => void navigate({ search });
  return ({ record_id, user_id }: AuditEventPublic): RowAction[] => [
    {
      title: "Show changes of this record",
      icon: FileClock,
      run: () => show({ record: record_id }),
    },
    ...(user_id
      ? [{ title: "Show changes by this user", icon: History, run: () => show({ user: user_id }) }]
      : []),
  ];
}
