import { useRef } from "react";

/**
 * Wraps an action of an overlay that closes with it. The action runs once, because the overlay stays on the screen for a
 * moment and a second click or Enter would run it again. `isOpen` starts over.
 */
export function useOnce(isOpen: boolean) {
  const isDone = useRef(false);
  if (!isOpen) isDone.current = false;
  return (action: () => void) => {
    if (isDone.current) return;
    isDone.current = true;
    action();
  };
}
