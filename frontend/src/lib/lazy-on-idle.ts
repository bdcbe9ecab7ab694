import { type ComponentType, lazy } from "react";

const whenIdle = window.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 1_000));

export const idle = () => new Promise<void>((resolve) => whenIdle(() => resolve()));

/** A part that the first paint does without. It is fetched as soon as the browser has nothing else to do. */
export function lazyOnIdle<Props>(load: () => Promise<{ default: ComponentType<Props> }>) {
  let started: ReturnType<typeof load> | undefined;
  const start = () => {
    started ??= load();
    return started;
  };
  // A failure shows when the part is wanted.
  whenIdle(() => void start().catch(() => (started = undefined)));
  return lazy(start);
}
