import type { SessionPublic, SessionsPublic } from "@app/sdk";
import type { UseQueryResult } from "@tanstack/react-query";
import { Monitor } from "lucide-react";
import { LoadError } from "@/components/layout/load-error";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { Skeleton } from "@/components/ui/skeleton";
import { UserText } from "@/components/ui/user-text";
import { formatCount, formatDateTime } from "@/lib/format";
import { isolated } from "@/lib/text";
import { deviceOf } from "../api";

interface SessionListProps {
  query: UseQueryResult<SessionsPublic, Error>;
  /** The session that is being ended. */
  endingId: string | undefined;
  onEnd: (id: string) => void;
}

/** Where a user is signed in, newest first. */
export function SessionList({ query, endingId, onEnd }: SessionListProps) {
  const { data: page, error, refetch } = query;
  if (!page && error) {
    return (
      <LoadError title="Couldn't load the sessions" error={error} onRetry={() => void refetch()} />
    );
  }
  if (!page) return <Skeleton className="h-28" />;
  if (page.data.length === 0) {
    return <Empty icon={Monitor} title="No sessions" description="This user isn't signed in" />;
  }
  return (
    <>
      <ul aria-label="Sessions" className="-my-4 divide-y">
        {page.data.map((session) => (
          <li key={session.id} className="flex flex-wrap items-center gap-x-4 gap-y-3 py-4">
            <Device session={session} />
            {!session.is_current && (
              <Button
                variant="outline"
                size="sm"
                aria-label={`End session: ${isolated(deviceOf(session))}`}
                aria-disabled={endingId !== undefined}
                onClick={() => endingId === undefined && onEnd(session.id)}
              >
                End session
              </Button>
            )}
          </li>
        ))}
      </ul>
      {page.pagination.has_next && (
        <p className="mt-6 text-muted-foreground text-xs">
          {`The newest ${page.data.length} of ${formatCount(page)} sessions`}
        </p>
      )}
    </>
  );
}

function Device({ session }: { session: SessionPublic }) {
  return (
    <div className="grid min-w-0 flex-1 basis-56 gap-0.5">
      <div className="flex min-w-0 flex-wrap items-center gap-2">
        <UserText className="min-w-0 font-medium wrap-anywhere">{deviceOf(session)}</UserText>
        {session.is_current && <Badge>This device</Badge>}
      </div>
      <p className="text-muted-foreground text-xs wrap-anywhere">
        <span>{session.ip ?? "Unknown address"}</span>
        <span aria-hidden> · </span>
        <span>
          {"Last used "}
          <time dateTime={session.last_used_at}>{formatDateTime(session.last_used_at)}</time>
        </span>
      </p>
      <p className="text-muted-foreground text-xs">
        {"Signed in "}
        <time dateTime={session.created_at}>{formatDateTime(session.created_at)}</time>
      </p>
    </div>
  );
}
