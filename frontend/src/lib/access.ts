import type { UserPublic } from "@app/sdk";

/** Thrown by a page's guard: the page is not for this person. Shown as such, inside the layout, and not as a failure. */
export class NoAccess extends Error {}

/** Guard of a page, for its `beforeLoad`: `({ context }) => requireSuperuser(context.user)`. */
export function requireSuperuser({ is_superuser }: UserPublic) {
  if (!is_superuser) throw new NoAccess("Only superusers can view this page");
}
