import type { RouterHistory } from "@tanstack/react-router";

/**
 * One page, one address. `/admin/`, `//admin` and `/ADMIN` show the same page as `/admin`, but code that compares paths
 * must see one spelling.
 */

/** Removes surplus slashes from the first address. The router ignores them, so it cannot redirect. */
export function tidyAddress(history: RouterHistory) {
  const { pathname, search, hash, state } = history.location;
  const path = tidy(pathname);
  // Of several slashes at the start, the router's history sees only one.
  const isTidy = path === pathname && search !== "?" && !window.location.pathname.startsWith("//");
  if (!isTidy) history.replace(path + (search === "?" ? "" : search) + hash, state);
}

/**
 * The path with the letters of the route tree, or undefined when it has them already. `matched` is the path of the
 * innermost match.
 */
export function canonicalPath(pathname: string, matched: string): string | undefined {
  const [shown, canonical] = [tidy(pathname), tidy(matched)];
  const isSamePage = shown.toLowerCase() === canonical.toLowerCase();
  return isSamePage && shown !== canonical ? canonical : undefined;
}

const tidy = (path: string) => path.replace(/\/{2,}/g, "/").replace(/(?<=.)\/$/, "");
