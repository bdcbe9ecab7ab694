import { useCallback, useRef, useState } from "react";

export interface Overlay<Value> {
  open: boolean;
  value: Value | undefined;
  /** Changes each time the overlay opens, so that a form inside is reset. 0 before it first opens. */
  key: number;
  show: (value?: Value) => void;
  hide: () => void;
  /** For `onCloseAutoFocus`: returns focus to the opener, which Radix knows only for its own triggers. */
  returnFocus: (event: Event) => void;
}

/** A dialog or sheet that buttons and menu items elsewhere on the page open. */
export function useOverlay<Value>(): Overlay<Value> {
  const [state, setState] = useState({
    open: false,
    value: undefined as Value | undefined,
    key: 0,
  });
  const opener = useRef<HTMLElement | null>(null);

  const show = useCallback((value?: Value) => {
    opener.current = findOpener();
    setState(({ key }) => ({ open: true, value, key: key + 1 }));
  }, []);
  const hide = useCallback(() => setState((current) => ({ ...current, open: false })), []);
  const returnFocus = useCallback((event: Event) => focusOpener(event, opener.current), []);

  return { ...state, show, hide, returnFocus };
}

/** A menu item no longer exists when its dialog closes, but the menu's button does. */
export function findOpener(): HTMLElement | null {
  const active = document.activeElement;
  if (!(active instanceof HTMLElement) || active === document.body) return null;
  const menuButton = active.closest("[role=menu]")?.getAttribute("aria-labelledby");
  return menuButton ? document.getElementById(menuButton) : active;
}

export function focusOpener(event: Event, opener: HTMLElement | null) {
  event.preventDefault();
  const target = opener?.isConnected ? opener : document.querySelector("h1");
  target?.focus();
}
