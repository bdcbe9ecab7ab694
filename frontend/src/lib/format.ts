/** Dates and numbers in the reader's own language. */

const date = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" });
const number = new Intl.NumberFormat();

export const formatDate = (iso: string) => date.format(new Date(iso));
export const formatDateTime = (iso: string) => dateTime.format(new Date(iso));
/** Of a date without a time, which the API means in UTC. */
export const formatDay = (date: string) => day.format(new Date(date));
export const formatNumber = (value: number) => number.format(value);
