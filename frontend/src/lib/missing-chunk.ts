/**
 * After a deployment an open tab asks for files that are gone. Only a page that is really shown without its code is
 * reloaded, once: not when somebody merely points at a link, not while offline, and not in a loop.
 */

const NAME = "MissingChunk";
const KEY = "reloaded-at";
const PAUSE_MS = 10_000;

/** Names the errors, which also keeps the router from reloading by rules of its own. */
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
  return navigator.onLine && Date.now() - Number(sessionStorage.getItem(KEY)) > PAUSE_MS;
}

export function reload() {
  sessionStorage.setItem(KEY, String(Date.now()));
  window.location.reload();
}
