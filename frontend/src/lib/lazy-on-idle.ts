import { type ComponentType, lazy } from "react";

const whenIdle = window.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 1_000));

export const idle = () => new Promise<void>((resolve) => whenIdle(() => resolve()));

/** A component that the first paint does not need. It is loaded when the browser is idle. */
export function lazyOnIdle<Props>(load: () => Promise<{ default: ComponentType<Props> }>) {
  let started: ReturnType<typeof load> | undefined;
  const start = () => {
    started ??= load();
    return started;
  };
  // A failed load is reported when the component is rendered.
  whenIdle(() => void start().catch(() => (started = undefined)));
  return lazy(start);
}
