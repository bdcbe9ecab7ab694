import { readUserByIdOptions } from "@app/sdk/react-query";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, redirect, type SearchSchemaInput } from "@tanstack/react-router";
import { PageHeader } from "@/components/layout/page-header";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { requireSuperuser } from "@/lib/access";
import { uuid } from "@/lib/table-search";
import { isolated } from "@/lib/text";
import { sessionsOfUserQuery, useEndSessionOfUser, useEndSessionsOfUser } from "../../api";
import { SessionList } from "../../components/session-list";

export const Route = createFileRoute("/_app/sessions")({
  staticData: { title: "Sessions" },
  validateSearch: ({ user }: { user?: string } & SearchSchemaInput) => ({ user: uuid(user) }),
  beforeLoad: ({ context, search }) => {
    requireSuperuser(context.user);
    if (!search.user) throw redirect({ to: "/admin", replace: true });
    return { userId: search.user };
  },
  // Fetches the list while the page's code loads. The page shows the loading and error states.
  loader: ({ context: { queryClient, userId } }) => {
    void queryClient.prefetchQuery(sessionsOfUserQuery(userId));
  },
  component: SessionsPage,
});

/** The sessions of one user, for superusers. */
function SessionsPage() {
  const userId = Route.useRouteContext({ select: (context) => context.userId });
  const { data: user } = useQuery(readUserByIdOptions({ path: { user_id: userId } }));
  const query = useQuery(sessionsOfUserQuery(userId));
  const end = useEndSessionOfUser();
  const endAll = useEndSessionsOfUser();
  const hasOthers = query.data?.data.some(({ is_current }) => !is_current);
  const canEnd = hasOthers && !endAll.isPending;
  return (
    <>
      <PageHeader
        title="Sessions"
        description={
          user ? `Where ${isolated(user.email)} is signed in` : "Where the user is signed in"
        }
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
