import { useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { ConfirmDialog } from "@/components/form/confirm-dialog";
import { PageHeader } from "@/components/layout/page-header";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { requireUserId, userIdSearch } from "@/lib/access";
import { useOverlay } from "@/lib/overlay";
import { useEmailOf } from "@/lib/use-email-of";
import { tokensOfUserQuery, useRevokeTokenOfUser, useRevokeTokensOfUser } from "../../api";
import { TokenList } from "../../components/token-list";

export const Route = createFileRoute("/_app/tokens")({
  staticData: { title: "API tokens" },
  validateSearch: userIdSearch,
  beforeLoad: ({ context, search }) => requireUserId(context.user, search.user),
  // Fetches the list while the page's code loads. The page shows the loading and error states.
  loader: ({ context: { queryClient, userId } }) => {
    void queryClient.prefetchQuery(tokensOfUserQuery(userId));
  },
  component: TokensPage,
});

/** The API tokens of one user, for superusers. */
function TokensPage() {
  const userId = Route.useRouteContext({ select: (context) => context.userId });
  const email = useEmailOf(userId);
  const query = useQuery(tokensOfUserQuery(userId));
  const revoke = useRevokeTokenOfUser();
  const revokeAll = useRevokeTokensOfUser();
  const overlay = useOverlay<never>();
  const canRevoke = !!query.data?.data.length && !revokeAll.isPending;
  return (
    <>
      <PageHeader
        title="API tokens"
        description={email ? `The tokens of ${email}` : "The tokens of the user"}
      >
        <Button
          variant="outline"
          // Not `disabled`: the focus returns to it from the dialog.
          aria-disabled={!canRevoke}
          onClick={() => canRevoke && overlay.show()}
        >
          Revoke all tokens
        </Button>
      </PageHeader>
      <Card aria-label="API tokens" className="max-w-4xl p-5">
        <TokenList
          query={query}
          hint="This user hasn't created any"
          onRevoke={(id) => revoke.mutate({ path: { user_id: userId, token_id: id } })}
        />
      </Card>
      <ConfirmDialog
        open={overlay.open}
        title="Revoke all tokens?"
        description="Programs that use them lose access immediately. This can't be undone."
        confirmLabel="Revoke"
        onConfirm={() => {
          revokeAll.mutate({ path: { user_id: userId } });
          overlay.hide();
        }}
        onCancel={overlay.hide}
        onCloseAutoFocus={overlay.returnFocus}
      />
    </>
  );
}
