import { hasUnsavedInput } from "@/lib/dirty";
import { toastNewVersion } from "@/lib/toast";

const KEY = "reloaded-at";
const PAUSE_MS = 10_000;

/**
 * After a deployment an open tab asks for chunks that are gone: one reload fetches the new ones, a loop would not help.
 * Unsaved input is worth more than the chunk: then people are told, and reload when they are ready.
 */
export function reloadOnDeploy() {
  window.addEventListener("vite:preloadError", (event) => {
    if (hasUnsavedInput()) return void toastNewVersion();
    if (Date.now() - Number(sessionStorage.getItem(KEY)) < PAUSE_MS) return;
    event.preventDefault();
    sessionStorage.setItem(KEY, String(Date.now()));
    window.location.reload();
  });
}
