import type { JobPublic } from "@app/sdk";
import { createFileRoute, stripSearchParams } from "@tanstack/react-router";
import { ListChecks, RotateCcw, X } from "lucide-react";
import { Suspense } from "react";
import type { RowAction } from "@/components/data-table/row-menu";
import { ServerTable } from "@/components/data-table/server-table";
import { useServerTable } from "@/components/data-table/use-server-table";
import { PageHeader } from "@/components/layout/page-header";
import { requireSuperuser } from "@/lib/access";
import { lazyOnIdle } from "@/lib/lazy-on-idle";
import { useOverlay } from "@/lib/overlay";
import { searchOf, tableDefaults } from "@/lib/table-search";
import { asTitle, canRetry, JOBS } from "../../api";
import { jobColumns } from "../../components/job-columns";
import type { JobAction } from "../../components/job-dialog";
import { optionsOf, requestFilter, useRequestAction } from "../../components/row-options";
import { JOB_STATES, type JobSearch, jobSearch, jobsQuery, SORTS } from "../../list";

const JobSheet = lazyOnIdle(() => import("../../components/job-sheet"));
const JobDialog = lazyOnIdle(() => import("../../components/job-dialog"));

export const Route = createFileRoute("/_app/jobs")({
  staticData: { title: "Jobs" },
  validateSearch: jobSearch,
  search: { middlewares: [stripSearchParams(tableDefaults(SORTS[0]))] },
  beforeLoad: ({ context }) => requireSuperuser(context.user),
  // Fetches the list while the page's code loads. The table shows the loading and error states.
  loader: ({ context, location }) => {
    void context.queryClient.prefetchQuery(jobsQuery(searchOf(jobSearch, location)));
  },
  component: JobsPage,
});

function JobsPage() {
  const list = useServerTable({
    name: "jobs",
    param: "job",
    filters: ["state", "queue", "name", "request"],
    columns: jobColumns,
    search: Route.useSearch(),
    query: jobsQuery,
  });
  const action = useOverlay<JobAction>();
  const actionsOf = useJobActions(action.show);

  return (
    <>
      <PageHeader title="Jobs" description="Work that the worker processes do after a request" />
      <ServerTable
        list={list}
        noun={JOBS.noun}
        isReadOnly
        rowName={(job) => job.name}
        filters={filtersOf(list.search, list.page?.data ?? [])}
        rowActions={actionsOf}
        empty={{
          icon: ListChecks,
          title: "No jobs",
          description: "Jobs of the last days appear here",
        }}
      />
      <Suspense>
        {list.sheet.value !== undefined && (
          <JobSheet
            key={list.sheet.key}
            id={list.sheet.value}
            overlay={list.sheet}
            onAction={action.show}
          />
        )}
        {action.key > 0 && <JobDialog overlay={action} />}
      </Suspense>
    </>
  );
}

/** Queues, names and requests are those of the rows, and the one in the URL. */
function filtersOf({ queue, name, request }: JobSearch, rows: readonly JobPublic[]) {
  return [
    {
      name: "state",
      title: "Status",
      options: JOB_STATES.map((state) => ({ value: state, title: asTitle(state) })),
    },
    { name: "queue", title: "Queue", options: optionsOf([queue, ...rows.map((row) => row.queue)]) },
    { name: "name", title: "Job", options: optionsOf([name, ...rows.map((row) => row.name)]) },
    ...requestFilter(request),
  ] as const;
}

function useJobActions(show: (action: JobAction) => void) {
  const requestAction = useRequestAction();
  return (job: JobPublic): RowAction[] => {
    return [
      ...requestAction(job.request_id),
      ...(canRetry(job)
        ? [{ title: "Retry", icon: RotateCcw, run: () => show({ kind: "retry", job }) }]
        : []),
      ...(job.state === "waiting"
        ? [{ title: "Cancel job", icon: X, run: () => show({ kind: "cancel", job }) }]
        : []),
    ];
  };
}
