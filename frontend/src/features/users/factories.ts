import type { UserPublic } from "@app/sdk";
import { pageOf, user } from "@/test/factories";

/** API responses for tests. */

export const grace = (changes: Partial<UserPublic> = {}) =>
  user({
    id: "0198a000-0000-7000-8000-000000000009",
    email: "grace@example.com",
    full_name: "Grace Hopper",
    ...changes,
  });

export const usersPage = pageOf<UserPublic>;
