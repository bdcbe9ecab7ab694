import { createFileRoute, stripSearchParams } from "@tanstack/react-router";
import { searchOf, tableDefaults } from "@/lib/table-search";
import { ActivityTable } from "../../../components/activity-table";
import { activityQuery, activitySearch, EVENT_SORTS } from "../../../list";

/** The user's own list. `user` is of the superusers' page. */
const ownSearch = (search: Parameters<typeof activitySearch>[0]) => ({
  ...activitySearch(search),
  user: undefined,
});

export const Route = createFileRoute("/_app/settings/activity")({
  staticData: { title: "Activity" },
  validateSearch: ownSearch,
  search: { middlewares: [stripSearchParams(tableDefaults(EVENT_SORTS[0]))] },
  // Fetches the list while the page's code loads. The table shows the loading and error states.
  loader: ({ context, location }) => {
    void context.queryClient.prefetchQuery(activityQuery(searchOf(ownSearch, location)));
  },
  component: () => <ActivityTable search={Route.useSearch()} />,
});
