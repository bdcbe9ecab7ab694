import { readAuditEventsOptions } from "@app/sdk/react-query";
import { listQuery } from "@/lib/list-query";
import { oneOf, tableSearch, toListQuery, uuid } from "@/lib/table-search";

/** The sort orders of the API; the first one is the default. */
export const EVENT_SORTS = ["-created_at", "created_at"] as const;

const HOURS = { day: 24, week: 7 * 24, month: 30 * 24 } as const;
const HOUR_MS = 3_600_000;

const text = (value: unknown) => {
  const found = typeof value === "number" ? String(value) : value;
  return typeof found === "string" && found.length > 0 && found.length <= 100 ? found : undefined;
};

/** `user`, `action`, `record` and `time` filter the list; `event` is the id of the open row. */
export const eventSearch = tableSearch(EVENT_SORTS, {
  user: uuid,
  action: text,
  record: text,
  time: oneOf("day", "week", "month"),
  event: uuid,
});
export type EventSearch = ReturnType<typeof eventSearch>;

export function toEventsQuery({ user, action, record, time, ...search }: EventSearch) {
  return {
    ...toListQuery(search),
    ...(user && { user_id: user }),
    ...(action && { action }),
    ...(record && { record_id: record }),
    ...(time && { since: since(HOURS[time]) }),
  };
}

/** From the beginning of an hour, so that a list that is shown again has the same key in the cache. */
function since(hours: number) {
  return new Date(Math.floor(Date.now() / HOUR_MS - hours) * HOUR_MS).toISOString();
}

export function eventsQuery(search: EventSearch) {
  return listQuery(readAuditEventsOptions({ query: toEventsQuery(search) }));
}
