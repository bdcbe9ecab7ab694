import { useQuery } from "@tanstack/react-query";
import { total } from "@/components/charts/day-count";
import { Sparkline } from "@/components/charts/sparkline";
import { StatCard } from "@/components/charts/stat-card";
import { Skeleton } from "@/components/ui/skeleton";
import { formatNumber } from "@/lib/format";
import { itemsStatsQuery } from "../api";

const DAYS = 30;

/** Dashboard cards: the number of the user's own items, and how many are new. */
export default function ItemStats() {
  const { data, error } = useQuery(itemsStatsQuery(2 * DAYS));
  // The recent items card already shows the error.
  if (error) return null;
  if (!data) {
    return (
      <>
        <Skeleton className="h-32 rounded-xl" />
        <Skeleton className="h-32 rounded-xl" />
      </>
    );
  }

  const before = data.days.slice(0, -DAYS);
  const days = data.days.slice(-DAYS);
  return (
    <>
      <StatCard title="Your items" value={data.count} hint="All time">
        <Sparkline days={growth(days, data.count)} what="items" kind="level" />
      </StatCard>
      <StatCard
        title={`New items (last ${DAYS} days)`}
        value={total(days)}
        hint={trend(total(days) - total(before))}
      >
        <Sparkline days={days} what="items" />
      </StatCard>
    </>
  );
}

/** The total at the end of each day. */
function growth(days: { date: string; count: number }[], now: number) {
  let level = now - total(days);
  return days.map(({ date, count }) => {
    level += count;
    return { date, count: level };
  });
}

function trend(difference: number) {
  if (difference === 0) return `Same as the previous ${DAYS} days`;
  const more = difference > 0 ? "more" : "fewer";
  return `${formatNumber(Math.abs(difference))} ${more} than the previous ${DAYS} days`;
}
