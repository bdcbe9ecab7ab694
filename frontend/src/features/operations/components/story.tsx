import type { StoryEvent } from "@app/sdk";
import { SearchX } from "lucide-react";
import { LoadError } from "@/components/layout/load-error";
import { Badge } from "@/components/ui/badge";
import { Empty } from "@/components/ui/empty";
import { PathLink } from "@/components/ui/path-link";
import { Skeleton } from "@/components/ui/skeleton";
import { UserText } from "@/components/ui/user-text";
import { formatMoment } from "@/lib/format";
import { asTitle, useStory } from "../api";

/** What a request caused, in order of time. */
export function Story({ id }: { id: string }) {
  const { data, error, refetch } = useStory(id);
  if (!data && !error) return <Skeleton className="h-40" />;
  if (!data) {
    const retry = () => void refetch();
    return <LoadError title="The request did not load" error={error} onRetry={retry} />;
  }
  if (data.events.length === 0) {
    return (
      <Empty
        icon={SearchX}
        title="Nothing recorded"
        description="This request caused no job and no mail, or they were deleted since."
      />
    );
  }
  return (
    <ol aria-label="Events" className="divide-y rounded-lg border">
      {data.events.map((event, index) => (
        // Events have no id; the list only grows.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <Event key={index} event={event} />
      ))}
    </ol>
  );
}

function Event({ event: { at, kind, title, event, detail, link } }: { event: StoryEvent }) {
  return (
    <li className="grid gap-x-4 gap-y-1 px-4 py-3 text-[13px] sm:grid-cols-[12rem_minmax(0,1fr)]">
      <time dateTime={at} className="text-muted-foreground">
        {formatMoment(at)}
      </time>
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <Badge>{asTitle(kind)}</Badge>
          <span className="font-medium wrap-anywhere">
            {link ? <PathLink path={link}>{title}</PathLink> : title}
          </span>
          <span>{event}</span>
        </p>
        {detail && (
          <p className="mt-1 text-muted-foreground wrap-anywhere">
            <UserText>{detail}</UserText>
          </p>
        )}
      </div>
    </li>
  );
}
