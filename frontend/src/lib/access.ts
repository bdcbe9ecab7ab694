import type { UserPublic } from "@app/sdk";

/** Thrown by a page's guard when the user lacks access. The layout shows a notice for it instead of an error. */
export class NoAccess extends Error {}

/** Guard of a page, for its `beforeLoad`: `({ context }) => requireSuperuser(context.user)`. */
export function requireSuperuser({ is_superuser }: UserPublic) {
  if (!is_superuser) throw new NoAccess("Only superusers can view this page");
}
