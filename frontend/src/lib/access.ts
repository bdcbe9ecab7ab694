import type { UserPublic } from "@app/sdk";
import { redirect } from "@tanstack/react-router";

/** Guard of a page, for its `beforeLoad`: `({ context }) => requireSuperuser(context.user)`. Leads others to `/`. */
export function requireSuperuser({ is_superuser }: UserPublic) {
  if (!is_superuser) throw redirect({ to: "/", replace: true });
}
