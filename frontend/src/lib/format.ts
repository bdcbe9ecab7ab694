/** Dates and numbers in the user's locale. */

const date = once(() => new Intl.DateTimeFormat(undefined, { dateStyle: "medium" }));
const dateTime = once(
  () => new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" }),
);
const day = once(
  () => new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" }),
);
const number = once(() => new Intl.NumberFormat());

export const formatDate = (iso: string) => date().format(new Date(iso));
export const formatDateTime = (iso: string) => dateTime().format(new Date(iso));
/** Formats a date without a time, which the API sends in UTC. */
export const formatDay = (date: string) => day().format(new Date(date));
export const formatNumber = (value: number) => number().format(value);

/** Created on first use, because the browser then loads its locale data. That takes 100 ms on a phone. */
function once<Value>(create: () => Value) {
  let value: Value | undefined;
  return () => {
    value ??= create();
    return value;
  };
}
