import type { SortingState } from "@tanstack/react-table";

/** Converts between the API's `sort` ("-title") and the table's own state. */

export function sortToState(sort: string): SortingState {
  return [{ id: sort.replace(/^-/, ""), desc: sort.startsWith("-") }];
}

export function stateToSort([first]: SortingState): string | undefined {
  return first && (first.desc ? `-${first.id}` : first.id);
}
