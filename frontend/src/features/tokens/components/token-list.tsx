import type { ApiTokenPublic, ApiTokensPublic } from "@app/sdk";
import type { UseQueryResult } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { ConfirmDialog } from "@/components/form/confirm-dialog";
import { LoadError } from "@/components/layout/load-error";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { Skeleton } from "@/components/ui/skeleton";
import { UserText } from "@/components/ui/user-text";
import { formatDate, formatDay } from "@/lib/format";
import { useOverlay } from "@/lib/overlay";
import { isolated } from "@/lib/text";

interface TokenListProps {
  query: UseQueryResult<ApiTokensPublic, Error>;
  /** For a user without tokens. */
  hint: string;
  onRevoke: (id: string) => void;
}

/** The API tokens of a user, newest first. */
export function TokenList({ query, hint, onRevoke }: TokenListProps) {
  const { data: page, error, refetch } = query;
  const overlay = useOverlay<ApiTokenPublic>();
  if (!page && error) {
    return (
      <LoadError
        title="Couldn't load the API tokens"
        error={error}
        onRetry={() => void refetch()}
      />
    );
  }
  if (!page) return <Skeleton className="h-28" />;
  return (
    <>
      {page.data.length === 0 ? (
        <Empty icon={KeyRound} title="No API tokens" description={hint} />
      ) : (
        <ul aria-label="API tokens" className="-my-4 divide-y">
          {page.data.map((token) => (
            <li key={token.id} className="flex flex-wrap items-center gap-x-4 gap-y-3 py-4">
              <Token token={token} />
              <Button
                variant="outline"
                size="sm"
                aria-label={`Revoke: ${isolated(token.name)}`}
                onClick={() => overlay.show(token)}
              >
                Revoke
              </Button>
            </li>
          ))}
        </ul>
      )}
      <ConfirmDialog
        open={overlay.open}
        title={`Revoke “${isolated(overlay.value?.name ?? "")}”?`}
        description="Programs that use this token lose access immediately. This can't be undone."
        confirmLabel="Revoke"
        onConfirm={() => {
          if (overlay.value) onRevoke(overlay.value.id);
          overlay.hide();
        }}
        onCancel={overlay.hide}
        onCloseAutoFocus={overlay.returnFocus}
      />
    </>
  );
}

function Token({ token }: { token: ApiTokenPublic }) {
  const isExpired = new Date(token.expires_at) <= new Date();
  return (
    <div className="grid min-w-0 flex-1 basis-56 gap-0.5">
      <div className="flex min-w-0 flex-wrap items-center gap-2">
        <UserText className="min-w-0 font-medium wrap-anywhere">{token.name}</UserText>
        {token.scopes.map((scope) => (
          <Badge key={scope}>{scope}</Badge>
        ))}
      </div>
      <p className="text-muted-foreground text-xs wrap-anywhere">
        <span>{`Ends with ${token.hint}`}</span>
        <span aria-hidden> · </span>
        <span>
          {"Created "}
          <time dateTime={token.created_at}>{formatDate(token.created_at)}</time>
        </span>
      </p>
      <p className="text-muted-foreground text-xs wrap-anywhere">
        <span>
          <LastUse token={token} />
        </span>
        <span aria-hidden> · </span>
        <span className={isExpired ? "text-destructive" : undefined}>
          {isExpired ? "Expired " : "Expires "}
          <time dateTime={token.expires_at}>{formatDate(token.expires_at)}</time>
        </span>
      </p>
    </div>
  );
}

function LastUse({ token: { last_used_on: day, last_used_ip: ip } }: { token: ApiTokenPublic }) {
  if (!day) return "Never used";
  return (
    <>
      {"Last used "}
      <time dateTime={day}>{formatDay(day)}</time>
      {ip && ` from ${ip}`}
    </>
  );
}
