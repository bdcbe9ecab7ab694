import type { RegisteredRouter } from "@tanstack/react-router";
import { toastNewVersion } from "@/lib/toast";

const PAUSE_MS = 5 * 60_000;

/**
 * Says so when a newer build was deployed under an open tab. `index.html` names the entry script by the hash of its
 * content, so the tab asks whether it still names the one that runs: when somebody comes back to the tab or goes to
 * another page, at most every five minutes (mostly a 304 without a body), and when a file of the build is missing. Returns what ends the watch.
 */
export function watchForNewVersion(router: Pick<RegisteredRouter, "subscribe">) {
  const entry = document.querySelector("script[type=module][src^='/assets/']")?.getAttribute("src");
  if (!entry) return () => {}; // Vite's development server
  let askedAt = Date.now();

  async function look() {
    askedAt = Date.now();
    const response = await fetch("/index.html", { cache: "no-cache" });
    const html = response.ok ? await response.text() : "";
    // A page of something in between, such as a proxy's, names no build at all.
    if (html.includes('"/assets/') && !html.includes(`"${entry}"`)) await toastNewVersion();
  }
  const lookQuietly = () => void look().catch(() => {});
  const lookSometimes = () => {
    if (!document.hidden && Date.now() - askedAt > PAUSE_MS) lookQuietly();
  };
  document.addEventListener("visibilitychange", lookSometimes);
  window.addEventListener("vite:preloadError", lookQuietly);
  const unsubscribe = router.subscribe("onResolved", lookSometimes);
  return () => {
    document.removeEventListener("visibilitychange", lookSometimes);
    window.removeEventListener("vite:preloadError", lookQuietly);
    unsubscribe();
  };
}
