import { useLayoutEffect, useRef, useState } from "react";
import { findOpener, focusOpener, type Overlay } from "@/lib/overlay";

/**
 * An overlay that the URL opens. `token` is its value in the URL (a row's id), or undefined when it is closed. A link
 * opens it, Back closes it.
 */
export function useUrlOverlay(
  token: string | undefined,
  { show, hide }: Pick<Overlay<string>, "show" | "hide">,
): Overlay<string> {
  const open = token !== undefined;
  const [state, setState] = useState({ open, value: token, key: open ? 1 : 0 });
  // While it closes, it keeps its content.
  if (open ? !state.open || token !== state.value : state.open) {
    setState({ open, value: token ?? state.value, key: state.key + (open ? 1 : 0) });
  }

  const opener = useRef<HTMLElement | null>(null);
  useLayoutEffect(() => {
    if (open) opener.current = findOpener();
  }, [open]);

  return { ...state, show, hide, returnFocus: (event) => focusOpener(event, opener.current) };
}
