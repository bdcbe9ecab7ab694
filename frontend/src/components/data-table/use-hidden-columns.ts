import type { ColumnVisibilityState, Updater } from "@tanstack/react-table";
import { useState } from "react";

/** The columns that the user has hidden in a table, stored in the browser. */
export function useHiddenColumns(table: string) {
  const key = `columns-${table}`;
  const [visibility, setVisibility] = useState(() => read(key));
  const change = (updater: Updater<ColumnVisibilityState>) => {
    const next = typeof updater === "function" ? updater(visibility) : updater;
    setVisibility(next);
    localStorage.setItem(key, JSON.stringify(next));
  };
  return [visibility, change] as const;
}

function read(key: string): ColumnVisibilityState {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key) ?? "{}");
    return stored instanceof Object ? (stored as ColumnVisibilityState) : {};
  } catch {
    return {};
  }
}
