import { UserError } from "@/lib/errors";

export const COOKIES_BLOCKED =
  "Your browser blocks cookies for this site. Allow them, then log in again.";

/** Throws when the browser says that it keeps no cookie: the session could not begin. */
export function requireCookies() {
  if (!navigator.cookieEnabled) throw new UserError(COOKIES_BLOCKED);
}
