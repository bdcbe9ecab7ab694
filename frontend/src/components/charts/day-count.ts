import { formatMonthDay, formatNumber } from "@/lib/format";

/** A count for one day (UTC), as the API returns it. */
export interface DayCount {
  date: string;
  count: number;
}

export const total = (days: DayCount[]) => days.reduce((sum, { count }) => sum + count, 0);

/** Describes a chart of daily counts in words. `what` is in the plural: "sign-ups". */
export function describe(days: DayCount[], what: string) {
  const most = days.reduce((best, day) => (day.count > best.count ? day : best), {
    date: "",
    count: 0,
  });
  const sum = `${formatNumber(total(days))} ${what} in the last ${days.length} days`;
  if (most.count === 0) return `${sum}.`;
  return `${sum}. Busiest day: ${formatMonthDay(most.date)} (${formatNumber(most.count)}).`;
}

/** Describes a chart of daily totals in words. */
export function describeLevel(days: DayCount[], what: string) {
  const [first, last] = [days[0], days.at(-1)];
  if (!first || !last) return what;
  const [from, to] = [formatNumber(first.count), formatNumber(last.count)];
  return `From ${from} to ${to} ${what} in ${days.length} days`;
}
