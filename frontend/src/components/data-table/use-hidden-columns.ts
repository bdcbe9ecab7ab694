import type { ColumnVisibilityState, Updater } from "@tanstack/react-table";
import { useState } from "react";
import { browserStorage } from "@/lib/storage";

/** The columns that the user has hidden in a table, stored in the browser. */
export function useHiddenColumns(table: string) {
  const key = `columns-${table}`;
  const [visibility, setVisibility] = useState(() => read(key));
  const change = (updater: Updater<ColumnVisibilityState>) => {
    const next = typeof updater === "function" ? updater(visibility) : updater;
    setVisibility(next);
    browserStorage.set(key, JSON.stringify(next));
  };
  return [visibility, change] as const;
}

function read(key: string): ColumnVisibilityState {
  try {
    const stored: unknown = JSON.parse(browserStorage.get(key) ?? "{}");
    return stored instanceof Object ? (stored as ColumnVisibilityState) : {};
  } catch {
    return {};
  }
}
