import { ShieldCheck } from "lucide-react";
import { Suspense } from "react";
import { ServerTable } from "@/components/data-table/server-table";
import { useServerTable } from "@/components/data-table/use-server-table";
import { lazyOnIdle } from "@/lib/lazy-on-idle";
import type { Noun } from "@/lib/noun";
import { KINDS, TITLES, titleOf } from "../kinds";
import { type ActivitySearch, activityQuery } from "../list";
import { eventColumns } from "./event-columns";

const EventSheet = lazyOnIdle(() => import("./event-sheet"));

const EVENT: Noun = { one: "Event", many: "Events" };
const FILTERS = [
  {
    name: "kind",
    title: "Event",
    options: KINDS.map((kind) => ({ value: kind, title: TITLES[kind] ?? kind })),
  },
] as const;

/** What happened to an account in the last year. */
export function ActivityTable({ search }: { search: ActivitySearch }) {
  const list = useServerTable({
    name: "activity",
    param: "event",
    filters: ["kind"],
    columns: eventColumns,
    search,
    query: activityQuery,
  });
  const rows = list.page?.data ?? [];
  return (
    <>
      <ServerTable
        list={list}
        noun={EVENT}
        isReadOnly
        rowName={titleOf}
        filters={FILTERS}
        empty={{
          icon: ShieldCheck,
          title: "No events",
          description: "Sign-ins and changes of the account appear here",
        }}
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
