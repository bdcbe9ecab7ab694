import { useSyncExternalStore } from "react";
import { browserStorage } from "@/lib/storage";

/** A boolean preference of this browser. It is known at the first render, so that nothing moves. Other tabs follow. */
export function storedFlag(key: string) {
  const get = () => browserStorage.get(key) === "true";

  function set(value: boolean) {
    browserStorage.set(key, value ? "true" : null);
    window.dispatchEvent(new StorageEvent("storage", { key }));
  }

  function subscribe(onChange: () => void) {
    window.addEventListener("storage", onChange);
    return () => window.removeEventListener("storage", onChange);
  }

  return { get, set, use: () => useSyncExternalStore(subscribe, get) };
}
