import type { ParsedLocation, SearchSchemaInput } from "@tanstack/react-router";
import { safePath } from "@/lib/safe-path";

declare module "@tanstack/react-router" {
  interface HistoryState {
    /** What somebody typed on the page before, or signed up with: no page for visitors asks for it again. */
    email?: string;
  }
}

export const knownEmail = ({ state }: Pick<ParsedLocation, "state">) => state.email ?? "";

/** `?redirect=`: where to go after login. A target on another site is dropped, as if it had not been there. */
export function redirectSearch({ redirect }: { redirect?: string } & SearchSchemaInput) {
  return { redirect: redirect === undefined ? undefined : safePath(redirect) };
}

/** The token of a link in a mail. Behind the `#` it never reaches a server's log; `?token=` is understood, too. */
export function linkToken({ searchStr, hash }: Pick<ParsedLocation, "searchStr" | "hash">) {
  const inHash = new URLSearchParams(hash).get("token");
  return inHash ?? new URLSearchParams(searchStr).get("token") ?? "";
}
