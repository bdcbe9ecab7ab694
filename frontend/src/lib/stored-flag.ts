import { useSyncExternalStore } from "react";

/** A yes-or-no preference of this browser. Known from the first render on, so that nothing jumps; other tabs follow. */
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
