const KEY = "reloaded-at";
const PAUSE_MS = 10_000;

/** After a deployment an open tab asks for chunks that are gone: one reload fetches the new ones, a loop would not help. */
export function reloadOnDeploy() {
  window.addEventListener("vite:preloadError", (event) => {
    if (Date.now() - Number(sessionStorage.getItem(KEY)) < PAUSE_MS) return;
    event.preventDefault();
    sessionStorage.setItem(KEY, String(Date.now()));
    window.location.reload();
  });
}
