import type { UserPublic } from "@app/sdk";
import { redirect, type SearchSchemaInput } from "@tanstack/react-router";
import { uuid } from "@/lib/table-search";

/** Guard of a page, for its `beforeLoad`: `({ context }) => requireSuperuser(context.user)`. Leads others to `/`. */
export function requireSuperuser({ is_superuser }: UserPublic) {
  if (!is_superuser) throw redirect({ to: "/", replace: true });
}

/** `validateSearch` of a superusers' page about one user. */
export const userIdSearch = ({ user }: { user?: string } & SearchSchemaInput) => ({
  user: uuid(user),
});

/** Guard of such a page. Gives its loader the user's id, and leads to the list of users without one. */
export function requireUserId(me: UserPublic, userId: string | undefined) {
  requireSuperuser(me);
  if (!userId) throw redirect({ to: "/admin", replace: true });
  return { userId };
}
