import { readSecurityEventsOfUserOptions, readSecurityEventsOptions } from "@app/sdk/react-query";
import { listQuery } from "@/lib/list-query";
import { oneOf, tableSearch, toListQuery, uuid } from "@/lib/table-search";
import { KINDS } from "./kinds";

/** The sort orders of the API; the first one is the default. */
export const EVENT_SORTS = ["-at", "at"] as const;

/** `kind` filters the list, `event` is the id of the open row, and `user` is for superusers: whose list it is. */
export const activitySearch = tableSearch(EVENT_SORTS, {
  user: uuid,
  kind: oneOf(...KINDS),
  event: uuid,
});
export type ActivitySearch = ReturnType<typeof activitySearch>;

export function activityQuery({ user, kind, ...search }: ActivitySearch) {
  const query = { ...toListQuery(search), ...(kind && { kind }) };
  return user
    ? listQuery(readSecurityEventsOfUserOptions({ path: { user_id: user }, query }))
    : listQuery(readSecurityEventsOptions({ query }));
}
