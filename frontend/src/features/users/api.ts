import { deleteUsers, exportUsers, readUsers, type UserPublic } from "@app/sdk";
import {
  createUserMutation,
  deleteUserMutation,
  readUserByIdOptions,
  readUsersStatsOptions,
  updateUserMutation,
} from "@app/sdk/react-query";
import type { ExportRequest } from "@/components/data-table/export-button";
import type { SearchResult } from "@/lib/define-feature";
import { ifMatch, type Resource, useBulkDelete, useRow, useRowMutation } from "@/lib/rows";
import { toUsersQuery, type UserSearch } from "./list";

export const USERS: Resource = {
  list: "readUsers",
  tag: "users",
  noun: { one: "User", many: "Users", isPerson: true },
};

export const nameOf = ({ full_name, email }: UserPublic) => full_name || email;

export function exportedUsers(search: UserSearch): ExportRequest {
  const { page: _page, limit: _limit, ...query } = toUsersQuery(search);
  return (options) => exportUsers({ ...options, query });
}

export function usersStatsQuery(days: number) {
  return readUsersStatsOptions({ query: { days } });
}

/** Searches users for the command palette. */
export async function findUsers(q: string, signal: AbortSignal): Promise<SearchResult[]> {
  const { data } = await readUsers({ query: { q, limit: 5 }, signal });
  return data.data.map((user) => ({
    id: user.id,
    title: nameOf(user),
    hint: user.email,
    to: "/admin",
    search: { user: user.id },
  }));
}

export function useUser(id: string) {
  return useRow(USERS, id, readUserByIdOptions({ path: { user_id: id } }));
}

// The form shows its own errors.
const inForm = { handlesErrors: true };

export function useCreateUser() {
  return useRowMutation(USERS, createUserMutation(), {
    success: "User created successfully",
    meta: inForm,
  });
}

export function useUpdateUser() {
  return useRowMutation(USERS, updateUserMutation(), {
    optimistic: (rows, { path, body: { password: _, ...shown } }) =>
      rows.patch(path.user_id, shown),
    success: "User updated successfully",
    meta: inForm,
  });
}

/** Activates or deactivates a user with one click. */
export function useSetActive() {
  const { mutate } = useRowMutation(USERS, updateUserMutation(), {
    optimistic: (rows, { path, body }) => rows.patch(path.user_id, body),
    success: "User updated successfully",
  });
  return ({ id, version }: UserPublic, is_active: boolean) =>
    mutate({ path: { user_id: id }, body: { is_active }, headers: ifMatch(version) });
}

export function useDeleteUser() {
  const { mutate } = useRowMutation(USERS, deleteUserMutation(), {
    optimistic: (rows, { path }) => rows.remove([path.user_id]),
    success: "The user was deleted successfully",
  });
  return ({ id, version }: UserPublic) =>
    mutate({ path: { user_id: id }, headers: ifMatch(version) });
}

export function useDeleteUsers() {
  return useBulkDelete(USERS, (ids) => deleteUsers({ body: { ids } }));
}
