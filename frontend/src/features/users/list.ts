import { readUsersOptions } from "@app/sdk/react-query";
import { listQuery } from "@/lib/list-query";
import { oneOf, tableSearch, toListQuery, uuid } from "@/lib/table-search";

// Apart from `api.ts`, which is much larger: the router needs this before the page's own code is there.

/** What the API can sort by; the first is how the list starts. */
export const USER_SORTS = [
  "-created_at",
  "created_at",
  "full_name",
  "-full_name",
  "email",
  "-email",
] as const;

/** `role` and `state` narrow the list, `user` is the open row. */
export const userSearch = tableSearch(USER_SORTS, {
  role: oneOf("superuser", "user"),
  state: oneOf("active", "inactive"),
  user: uuid,
});
export type UserSearch = ReturnType<typeof userSearch>;

export function toUsersQuery({ role, state, ...search }: UserSearch) {
  return {
    ...toListQuery(search),
    ...(role && { is_superuser: role === "superuser" }),
    ...(state && { is_active: state === "active" }),
  };
}

export function usersQuery(search: UserSearch) {
  return listQuery(readUsersOptions({ query: toUsersQuery(search) }));
}
