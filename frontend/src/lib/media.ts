import { useSyncExternalStore } from "react";

/** True from 768 px, where the sidebar is beside the page instead of in a sheet. */
export function useIsWide() {
  return useSyncExternalStore(subscribe, () => query().matches);
}

const query = () => window.matchMedia("(min-width: 48rem)");

function subscribe(onChange: () => void) {
  const list = query();
  list.addEventListener("change", onChange);
  return () => list.removeEventListener("change", onChange);
}
