import { useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { Suspense } from "react";
import { PageHeader } from "@/components/layout/page-header";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { requireUserId, userIdSearch } from "@/lib/access";
import { lazyOnIdle } from "@/lib/lazy-on-idle";
import { useOverlay } from "@/lib/overlay";
import { useMe } from "@/lib/session";
import { useEmailOf } from "@/lib/use-email-of";
import { passkeysOfUserQuery } from "../../api";
import { PasskeyList } from "../../components/passkey-list";

const ResetSheet = lazyOnIdle(() => import("../../components/reset-sheet"));

export const Route = createFileRoute("/_app/passkeys")({
  staticData: { title: "Passkeys" },
  validateSearch: userIdSearch,
  beforeLoad: ({ context, search }) => requireUserId(context.user, search.user),
  // Fetches the list while the page's code loads. The page shows the loading and error states.
  loader: ({ context: { queryClient, userId } }) => {
    void queryClient.prefetchQuery(passkeysOfUserQuery(userId));
  },
  component: PasskeysPage,
});

/** The passkeys of one user, for superusers. */
function PasskeysPage() {
  const userId = Route.useRouteContext({ select: (context) => context.userId });
  const email = useEmailOf(userId);
  const query = useQuery(passkeysOfUserQuery(userId));
  const sheet = useOverlay<never>();
  // Their own ones need a proof, in the settings.
  const canReset = useMe().id !== userId && !!query.data?.data.length;
  return (
    <>
      <PageHeader
        title="Passkeys"
        description={email ? `The passkeys of ${email}` : "The passkeys of the user"}
      >
        <Button
          variant="outline"
          // Not `disabled`: the focus returns to it from the sheet.
          aria-disabled={!canReset}
          onClick={() => canReset && sheet.show()}
        >
          Remove all passkeys
        </Button>
      </PageHeader>
      <Card aria-label="Passkeys" className="max-w-4xl p-5">
        <PasskeyList query={query} hint="This user hasn't added any" />
      </Card>
      <Suspense>
        {sheet.key > 0 && <ResetSheet key={sheet.key} overlay={sheet} userId={userId} />}
      </Suspense>
    </>
  );
}
