import { useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { PageHeader } from "@/components/layout/page-header";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { requireUserId, userIdSearch } from "@/lib/access";
import { useEmailOf } from "@/lib/use-email-of";
import { sessionsOfUserQuery, useEndSessionOfUser, useEndSessionsOfUser } from "../../api";
import { SessionList } from "../../components/session-list";

export const Route = createFileRoute("/_app/sessions")({
  staticData: { title: "Sessions" },
  validateSearch: userIdSearch,
  beforeLoad: ({ context, search }) => requireUserId(context.user, search.user),
  // Fetches the list while the page's code loads. The page shows the loading and error states.
  loader: ({ context: { queryClient, userId } }) => {
    void queryClient.prefetchQuery(sessionsOfUserQuery(userId));
  },
  component: SessionsPage,
});

/** The sessions of one user, for superusers. */
function SessionsPage() {
  const userId = Route.useRouteContext({ select: (context) => context.userId });
  const email = useEmailOf(userId);
  const query = useQuery(sessionsOfUserQuery(userId));
  const end = useEndSessionOfUser();
  const endAll = useEndSessionsOfUser();
  const hasOthers = query.data?.data.some(({ is_current }) => !is_current);
  const canEnd = hasOthers && !endAll.isPending;
  return (
    <>
      <PageHeader
        title="Sessions"
        description={email ? `Where ${email} is signed in` : "Where the user is signed in"}
      >
        <Button
          variant="outline"
          aria-disabled={!canEnd}
          onClick={() => canEnd && endAll.mutate({ path: { user_id: userId } })}
        >
          End all sessions
        </Button>
      </PageHeader>
      <Card aria-label="Sessions" className="max-w-4xl p-5">
        <SessionList
          query={query}
          endingId={end.isPending ? end.variables.path.session_id : undefined}
          onEnd={(id) => end.mutate({ path: { user_id: userId, session_id: id } })}
        />
      </Card>
    </>
  );
}
