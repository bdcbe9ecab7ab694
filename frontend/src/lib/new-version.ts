import type { RegisteredRouter } from "@tanstack/react-router";
import { toastNewVersion } from "@/lib/toast";

const PAUSE_MS = 5 * 60_000;

/**
 * Notifies the user when a newer build was deployed under an open tab. The hash in the name of the entry script
 * identifies a build, so the tab compares `index.html` with the running one: when the user returns to the tab or
 * changes pages, at most every five minutes (mostly a 304 without a body), and when a file of the build is missing.
 *
 * Returns a function that stops watching.
 */
export function watchForNewVersion(router: Pick<RegisteredRouter, "subscribe">) {
  const entry = document.querySelector("script[type=module][src^='/assets/']")?.getAttribute("src");
  if (!entry) return () => {}; // Vite's development server
  let checkedAt = Date.now();

  async function check() {
    checkedAt = Date.now();
    const response = await fetch("/index.html", { cache: "no-cache" });
    const html = response.ok ? await response.text() : "";
    // A page from a proxy in between names no build.
    if (html.includes('"/assets/') && !html.includes(`"${entry}"`)) await toastNewVersion();
  }
  const checkQuietly = () => void check().catch(() => {});
  const checkSometimes = () => {
    if (!document.hidden && Date.now() - checkedAt > PAUSE_MS) checkQuietly();
  };
  document.addEventListener("visibilitychange", checkSometimes);
  window.addEventListener("vite:preloadError", checkQuietly);
  const unsubscribe = router.subscribe("onResolved", checkSometimes);
  return () => {
    document.removeEventListener("visibilitychange", checkSometimes);
    window.removeEventListener("vite:preloadError", checkQuietly);
    unsubscribe();
  };
}
