import { useSyncExternalStore } from "react";

/** A boolean preference of this browser. It is known at the first render, so that nothing moves. Other tabs follow. */
export function storedFlag(key: string) {
  const get = () => localStorage.getItem(key) === "true";

  function set(value: boolean) {
    if (value) localStorage.setItem(key, "true");
    else localStorage.removeItem(key);
    window.dispatchEvent(new StorageEvent("storage", { key }));
  }

  function subscribe(onChange: () => void) {
    window.addEventListener("storage", onChange);
    return () => window.removeEventListener("storage", onChange);
  }

  return { get, set, use: () => useSyncExternalStore(subscribe, get) };
}
