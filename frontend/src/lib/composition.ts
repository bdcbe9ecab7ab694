import { useEffect } from "react";

/** The key code of every key that an input method handles itself. */
const IN_PROGRESS = 229;

/**
 * While an input method composes text (Japanese, Chinese, Korean), Enter, Escape and the arrow keys belong to it. They
 * must not submit a form, close an overlay, or choose an entry.
 */
export function useCompositionGuard() {
  useEffect(() => {
    window.addEventListener("keydown", guard, { capture: true });
    return () => window.removeEventListener("keydown", guard, { capture: true });
  }, []);
}

function guard(event: KeyboardEvent) {
  // Safari ends the composition before it reports the key that ended it.
  const endsIt = event.keyCode === IN_PROGRESS && /^(Enter|Escape)$/.test(event.key);
  if (!event.isComposing && !endsIt) return;
  event.stopImmediatePropagation();
  // Browsers submit the form of a field by themselves.
  if (event.key === "Enter") event.preventDefault();
}
