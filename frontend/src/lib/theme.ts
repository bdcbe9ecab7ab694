import { useSyncExternalStore } from "react";
import { browserStorage } from "@/lib/storage";

export type Theme = "light" | "dark" | "system";

const KEY = "theme";

function readTheme(): Theme {
  const stored = browserStorage.get(KEY);
  return stored === "light" || stored === "dark" ? stored : "system";
}

/** Stores the choice. /first-paint.js, which owns the class on <html>, receives the event here and in other tabs. */
export function setTheme(theme: Theme) {
  browserStorage.set(KEY, theme);
  window.dispatchEvent(new StorageEvent("storage", { key: KEY, newValue: theme }));
}

function subscribe(onChange: () => void) {
  window.addEventListener("storage", onChange);
  return () => window.removeEventListener("storage", onChange);
}

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, readTheme);
}
