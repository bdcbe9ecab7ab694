/** Dates and numbers in the user's locale. */

const date = once(() => new Intl.DateTimeFormat(undefined, { dateStyle: "medium" }));
const dateTime = once(
  () => new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" }),
);
const moment = once(
  () => new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" }),
);
// A date without a time has no time zone. JavaScript reads it as midnight in UTC.
const day = once(
  () => new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" }),
);
const monthDay = once(
  () => new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" }),
);
const number = once(() => new Intl.NumberFormat());

export const formatDate = (iso: string) => date().format(new Date(iso));
export const formatDateTime = (iso: string) => dateTime().format(new Date(iso));
/** With seconds, where the order within a minute matters. */
export const formatMoment = (iso: string) => moment().format(new Date(iso));
/** A date without a time ("2026-11-28"): the same day in every time zone. */
export const formatDay = (date: string) => day().format(new Date(date));
/** The same without the year, for charts. */
export const formatMonthDay = (date: string) => monthDay().format(new Date(date));
export const formatNumber = (value: number) => number().format(value);

interface Counted {
  count: number;
  pagination: { count_is_exact: boolean };
}

/**
 * How many rows a list has: "1,234", or "about 120,000" if the API has only estimated it, but never fewer than the
 * rows that the user sees.
 */
export function formatCount({ count, pagination }: Counted, seen = 0) {
  if (pagination.count_is_exact) return formatNumber(count);
  return `about ${formatNumber(Math.max(Number(count.toPrecision(2)), seen))}`;
}

/** An amount of the API, such as "1000.50". It stays a text, because a JavaScript number would round large ones. */
export function formatMoney(amount: string, currency: string) {
  const style = { style: "currency", currency } as const;
  return new Intl.NumberFormat(undefined, style).format(amount as `${number}`);
}

/** Created on first use, because the browser then loads its locale data. That takes 100 ms on a phone. */
function once<Value>(create: () => Value) {
  let value: Value | undefined;
  return () => {
    value ??= create();
    return value;
  };
}
