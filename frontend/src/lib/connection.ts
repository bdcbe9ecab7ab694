import { useSyncExternalStore } from "react";

/** Whether the server is reachable, according to the last request and the browser. */

let isReachable = true;
const listeners = new Set<() => void>();

export function setReachable(next: boolean) {
  if (next === isReachable) return;
  isReachable = next;
  for (const listener of listeners) listener();
}

const read = () => (!navigator.onLine ? "offline" : isReachable ? "online" : "unreachable");

export function useConnection(): "online" | "offline" | "unreachable" {
  return useSyncExternalStore(subscribe, read);
}

function subscribe(onChange: () => void) {
  listeners.add(onChange);
  window.addEventListener("online", onChange);
  window.addEventListener("offline", onChange);
  return () => {
    listeners.delete(onChange);
    window.removeEventListener("online", onChange);
    window.removeEventListener("offline", onChange);
  };
}
