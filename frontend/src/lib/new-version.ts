import type { RegisteredRouter } from "@tanstack/react-router";
import { toastNewVersion } from "@/lib/toast";

const INDEX = "/index.html";
const PAUSE_MS = 5 * 60_000;

/**
 * Says so when a newer build has been deployed under an open tab. `index.html` names the entry script by the hash of
 * its content, so the page asks whether it still names the one that runs. It asks when somebody comes back to the tab
 * or goes to another page, at most every five minutes; mostly the answer is a 304 without a body.
 */
export function watchForNewVersion(router: Pick<RegisteredRouter, "subscribe">) {
  const entry = document.querySelector("script[type=module][src^='/assets/']")?.getAttribute("src");
  if (!entry) return; // Vite's development server
  let askedAt = Date.now();
  let isFound = false;

  async function look() {
    if (isFound || document.hidden || Date.now() - askedAt < PAUSE_MS) return;
    askedAt = Date.now();
    const response = await fetch(INDEX, { cache: "no-cache" });
    const html = response.ok ? await response.text() : "";
    // A page of something in between, such as a proxy's, names no build at all.
    isFound = html.includes("/assets/") && !html.includes(`"${entry}"`);
    if (isFound) await toastNewVersion();
  }

  const lookQuietly = () => void look().catch(() => {});
  document.addEventListener("visibilitychange", lookQuietly);
  router.subscribe("onResolved", lookQuietly);
}
