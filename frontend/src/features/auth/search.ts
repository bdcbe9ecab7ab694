import type { ParsedLocation, SearchSchemaInput } from "@tanstack/react-router";
import { safePath } from "@/lib/safe-path";

declare module "@tanstack/react-router" {
  interface HistoryState {
    /** The email typed on the previous page or at sign-up, so that users type it only once. */
    email?: string;
  }
}

export const knownEmail = ({ state }: Pick<ParsedLocation, "state">) => state.email ?? "";

/** `?redirect=`: where to go after login. A target on another site is dropped. */
export function redirectSearch({ redirect }: { redirect?: string } & SearchSchemaInput) {
  return { redirect: redirect === undefined ? undefined : safePath(redirect) };
}

/** The token of an emailed link. After `#` it never reaches a server log; `?token=` also works. */
export function linkToken({ searchStr, hash }: Pick<ParsedLocation, "searchStr" | "hash">) {
  const inHash = new URLSearchParams(hash).get("token");
  return inHash ?? new URLSearchParams(searchStr).get("token") ?? "";
}
