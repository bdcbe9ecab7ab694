import { readUsersOptions } from "@app/sdk/react-query";
import { challengeForms } from "@/lib/features";
import { listQuery } from "@/lib/list-query";
import { oneOf, tableSearch, toListQuery, uuid } from "@/lib/table-search";

// Separate from the much larger `api.ts`: the router needs this before the page's code has loaded.

/** The sort orders of the API; the first one is the default. */
export const USER_SORTS = [
  "-created_at",
  "created_at",
  "full_name",
  "-full_name",
  "email",
  "-email",
] as const;

/** The second factors that the project has. */
const FACTORS = challengeForms.flatMap(({ kind, factor }) =>
  factor ? [{ value: kind, title: factor }] : [],
);

export const FACTOR_OPTIONS =
  FACTORS.length > 0 ? [...FACTORS, { value: "none", title: "None" }] : [];

/** `role`, `state` and `factor` filter the list; `user` is the id of the open row. */
export const userSearch = tableSearch(USER_SORTS, {
  role: oneOf("superuser", "user"),
  state: oneOf("active", "inactive"),
  factor: oneOf(...FACTOR_OPTIONS.map(({ value }) => value)),
  user: uuid,
});
export type UserSearch = ReturnType<typeof userSearch>;

export function toUsersQuery({ role, state, factor, ...search }: UserSearch) {
  return {
    ...toListQuery(search),
    ...(role && { is_superuser: role === "superuser" }),
    ...(state && { is_active: state === "active" }),
    ...(factor && { factor }),
  };
}

export function usersQuery(search: UserSearch) {
  return listQuery(readUsersOptions({ query: toUsersQuery(search) }));
}
