import type { UserPublic, UsersPublic } from "@app/sdk";
import { user } from "@/test/factories";

/** API responses for tests. */

export const grace = (changes: Partial<UserPublic> = {}) =>
  user({
    id: "0198a000-0000-7000-8000-000000000009",
    email: "grace@example.com",
    full_name: "Grace Hopper",
    ...changes,
  });

export function usersPage(data: UserPublic[], count = data.length): UsersPublic {
  return {
    data,
    count,
    pagination: {
      page: 1,
      page_size: 20,
      total_pages: Math.ceil(count / 20),
      has_next: count > data.length,
      has_prev: false,
      next_cursor: null,
    },
  };
}
