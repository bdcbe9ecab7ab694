import { createFileRoute, stripSearchParams } from "@tanstack/react-router";
import { PageHeader } from "@/components/layout/page-header";
import { requireUserId } from "@/lib/access";
import { searchOf, tableDefaults } from "@/lib/table-search";
import { useEmailOf } from "@/lib/use-email-of";
import { ActivityTable } from "../../components/activity-table";
import { activityQuery, activitySearch, EVENT_SORTS } from "../../list";

export const Route = createFileRoute("/_app/activity")({
  staticData: { title: "Activity" },
  validateSearch: activitySearch,
  search: { middlewares: [stripSearchParams(tableDefaults(EVENT_SORTS[0]))] },
  beforeLoad: ({ context, search }) => requireUserId(context.user, search.user),
  // Fetches the list while the page's code loads. The table shows the loading and error states.
  loader: ({ context: { queryClient }, location }) => {
    void queryClient.prefetchQuery(activityQuery(searchOf(activitySearch, location)));
  },
  component: ActivityPage,
});

/** What happened to the account of one user, for superusers. */
function ActivityPage() {
  const userId = Route.useRouteContext({ select: (context) => context.userId });
  const email = useEmailOf(userId);
  const whose = email ? `the account of ${email}` : "the user's account";
  return (
    <>
      <PageHeader title="Activity" description={`What happened to ${whose} in the last year`} />
      <ActivityTable search={Route.useSearch()} />
    </>
  );
}
