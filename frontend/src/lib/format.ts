/** Dates and numbers in the reader's own language. */

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
/** Of a date without a time, which the API means in UTC. */
export const formatDay = (date: string) => day().format(new Date(date));
export const formatNumber = (value: number) => number().format(value);

/** Made when it is first needed: the browser reads its data about languages then, which takes a phone 100 ms. */
function once<Value>(make: () => Value) {
  let made: Value | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
