import { useEffect, useSyncExternalStore } from "react";

/** Whether a form has unsaved input. Then nothing may leave the page without asking. */

let dirtyForms = 0;
const listeners = new Set<() => void>();

function count(change: 1 | -1) {
  dirtyForms += change;
  for (const listener of listeners) listener();
}

export const hasUnsavedInput = () => dirtyForms > 0;

/** For forms: their input counts as unsaved while `isDirty` is true. */
export function useUnsavedInput(isDirty: boolean) {
  useEffect(() => {
    if (!isDirty) return;
    count(1);
    return () => count(-1);
  }, [isDirty]);
}

export function useHasUnsavedInput(): boolean {
  return useSyncExternalStore(subscribe, hasUnsavedInput);
}

function subscribe(onChange: () => void) {
  listeners.add(onChange);
  return () => {
    listeners.delete(onChange);
  };
}
