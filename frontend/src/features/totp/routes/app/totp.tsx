import { useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { Suspense } from "react";
import { LoadError } from "@/components/layout/load-error";
import { PageHeader } from "@/components/layout/page-header";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { requireUserId, userIdSearch } from "@/lib/access";
import { lazyOnIdle } from "@/lib/lazy-on-idle";
import { useOverlay } from "@/lib/overlay";
import { useEmailOf } from "@/lib/use-email-of";
import { statusOfUserQuery } from "../../api";
import { AppState } from "../../components/app-state";

const ResetSheet = lazyOnIdle(() => import("../../components/reset-sheet"));

export const Route = createFileRoute("/_app/totp")({
  staticData: { title: "Authenticator app" },
  validateSearch: userIdSearch,
  beforeLoad: ({ context, search }) => requireUserId(context.user, search.user),
  // Fetches the state while the page's code loads. The page shows the loading and error states.
  loader: ({ context: { queryClient, userId } }) => {
    void queryClient.prefetchQuery(statusOfUserQuery(userId));
  },
  component: TotpPage,
});

/** The authenticator app of one user, for superusers. */
function TotpPage() {
  const userId = Route.useRouteContext({ select: (context) => context.userId });
  const email = useEmailOf(userId);
  const { data: status, error, refetch } = useQuery(statusOfUserQuery(userId));
  const sheet = useOverlay<never>();
  const canRemove = !!status?.confirmed_at;
  return (
    <>
      <PageHeader
        title="Authenticator app"
        description={email ? `The app of ${email}` : "The app of the user"}
      >
        <Button
          variant="outline"
          // Not `disabled`: the focus returns to it from the sheet.
          aria-disabled={!canRemove}
          onClick={() => canRemove && sheet.show()}
        >
          Remove app
        </Button>
      </PageHeader>
      <Card aria-label="Authenticator app" className="max-w-4xl p-5">
        {!status && error && (
          <LoadError
            title="Couldn't load the authenticator app"
            error={error}
            onRetry={() => void refetch()}
          />
        )}
        {!status && !error && <Skeleton className="h-14" />}
        {status && <AppState status={status} />}
      </Card>
      <Suspense>
        {sheet.key > 0 && <ResetSheet key={sheet.key} overlay={sheet} userId={userId} />}
      </Suspense>
    </>
  );
}
