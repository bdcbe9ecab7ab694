import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Package } from "lucide-react";
import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { DateTime } from "@/components/ui/date-time";
import { Empty } from "@/components/ui/empty";
import { Skeleton } from "@/components/ui/skeleton";
import { UserText } from "@/components/ui/user-text";
import { errorMessage } from "@/lib/errors";
import { formatCount } from "@/lib/format";
import { recentItemsQuery } from "../api";

/** Dashboard card: the newest items. */
export default function RecentItems() {
  const { data, error } = useQuery(recentItemsQuery());
  return (
    <Card aria-labelledby="recent-items" className="min-h-68">
      <CardHeader>
        <CardTitle id="recent-items">Recent items</CardTitle>
        <Link
          to="/items"
          className="rounded-xs text-[13px] text-muted-foreground underline-offset-4 hover:text-foreground hover:underline"
        >
          {data?.count ? `View all (${formatCount(data)})` : "View all"}
        </Link>
      </CardHeader>
      {!data && error && <p className="p-5 text-muted-foreground">{errorMessage(error)}</p>}
      {!data && !error && <Skeleton className="m-5 flex-1" />}
      {data?.count === 0 && (
        <Empty icon={Package} title="No items yet" description="Items you add will appear here." />
      )}
      {data && data.count > 0 && (
        <ul className="divide-y">
          {data.data.map((item) => (
            <li key={item.id}>
              <Link
                to="/items"
                search={{ item: item.id }}
                className="flex h-11 items-center justify-between gap-4 px-5 hover:bg-muted/60 focus-visible:-outline-offset-2"
              >
                <UserText className="truncate">{item.title}</UserText>
                <DateTime
                  iso={item.created_at}
                  className="shrink-0 text-[13px] text-muted-foreground tabular-nums"
                />
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
