import type { PasskeyPublic, PasskeysPublic } from "@app/sdk";
import type { UseQueryResult } from "@tanstack/react-query";
import { Fingerprint } from "lucide-react";
import type { ReactNode } from "react";
import { LoadError } from "@/components/layout/load-error";
import { Badge } from "@/components/ui/badge";
import { Empty } from "@/components/ui/empty";
import { Skeleton } from "@/components/ui/skeleton";
import { UserText } from "@/components/ui/user-text";
import { formatDate } from "@/lib/format";

interface PasskeyListProps {
  query: UseQueryResult<PasskeysPublic, Error>;
  /** For a user without passkeys. */
  hint: string;
  /** The buttons of a passkey. */
  actions?: (passkey: PasskeyPublic) => ReactNode;
}

/** The passkeys of a user, oldest first. */
export function PasskeyList({ query, hint, actions }: PasskeyListProps) {
  const { data: page, error, refetch } = query;
  if (!page && error) {
    return (
      <LoadError title="Couldn't load the passkeys" error={error} onRetry={() => void refetch()} />
    );
  }
  if (!page) return <Skeleton className="h-28" />;
  if (page.data.length === 0) {
    return <Empty icon={Fingerprint} title="No passkeys" description={hint} />;
  }
  return (
    <ul aria-label="Passkeys" className="-my-4 divide-y">
      {page.data.map((passkey) => (
        <li key={passkey.id} className="flex flex-wrap items-center gap-x-4 gap-y-3 py-4">
          <Passkey passkey={passkey} />
          {actions && <div className="flex flex-wrap gap-2">{actions(passkey)}</div>}
        </li>
      ))}
    </ul>
  );
}

function Passkey({ passkey }: { passkey: PasskeyPublic }) {
  const { name, created_at: createdAt, last_used_at: usedAt } = passkey;
  return (
    <div className="grid min-w-0 flex-1 basis-56 gap-0.5">
      <div className="flex min-w-0 flex-wrap items-center gap-2">
        <UserText className="min-w-0 font-medium wrap-anywhere">{name}</UserText>
        {passkey.is_backed_up && <Badge>Backed up</Badge>}
      </div>
      <p className="text-muted-foreground text-xs wrap-anywhere">
        <span>
          {"Added "}
          <time dateTime={createdAt}>{formatDate(createdAt)}</time>
        </span>
        <span aria-hidden> · </span>
        {usedAt ? (
          <span>
            Last used <time dateTime={usedAt}>{formatDate(usedAt)}</time>
          </span>
        ) : (
          <span>Never used</span>
        )}
      </p>
    </div>
  );
}
