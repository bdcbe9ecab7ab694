import { tabStorage } from "@/lib/storage";

/**
 * After a deployment, an open tab requests files that no longer exist. The page reloads once, and only when it is shown
 * without its code: not when the user hovers over a link, not while offline, and never in a loop.
 */

const NAME = "MissingChunk";
const KEY = "reloaded-at";
const PAUSE_MS = 10_000;

/** Names these errors. The name also keeps the router from reloading by its own rules. */
export function markMissingChunks() {
  window.addEventListener("vite:preloadError", ({ payload }) => {
    payload.name = NAME;
    payload.message = "Part of this page failed to load.";
  });
}

export function isMissingChunk(error: unknown): error is Error {
  return error instanceof Error && error.name === NAME;
}

export function mayReload() {
  return navigator.onLine && Date.now() - Number(tabStorage.get(KEY)) > PAUSE_MS;
}

export function reload() {
  tabStorage.set(KEY, String(Date.now()));
  window.location.reload();
}
