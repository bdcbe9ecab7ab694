import { useSyncExternalStore } from "react";

/** From 768 px the sidebar is beside the page instead of in a sheet. */
const wide = media("(min-width: 48rem)");
/** From 1024 px an open sidebar leaves enough space for the page. */
const large = media("(min-width: 64rem)");

export const useIsWide = wide.use;
export const useIsLarge = large.use;
export const isLarge = large.get;

function media(query: string) {
  const get = () => window.matchMedia(query).matches;

  function subscribe(onChange: () => void) {
    const list = window.matchMedia(query);
    list.addEventListener("change", onChange);
    return () => list.removeEventListener("change", onChange);
  }

  return { get, use: () => useSyncExternalStore(subscribe, get) };
}
