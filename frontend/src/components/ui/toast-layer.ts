import { useEffect, useRef } from "react";
import { toast, useSonner } from "sonner";

/**
 * Makes toasts a layer among the overlays of the other library. An open dialog switches off the page around it: the
 * pointer, the focus and Escape. Toasts stay usable, and using them does not close the dialog.
 */

const TOASTS = "[data-sonner-toaster]";
const OVERLAYS = "[role=dialog], [role=alertdialog], [role=menu]";

const isInToasts = (target: EventTarget | null) =>
  target instanceof Element && target.closest(TOASTS) !== null;

const topOverlay = () =>
  [...document.querySelectorAll<HTMLElement>(OVERLAYS)].findLast(
    ({ dataset }) => dataset.state !== "closed",
  );

/** Dialogs listen on the document for events outside of them. The events of toasts stop before they arrive there. */
export function useFreeToasts() {
  useEffect(() => {
    const stopTarget = (event: Event) => isInToasts(event.target) && event.stopPropagation();
    const stopRelated = (event: FocusEvent) =>
      isInToasts(event.relatedTarget) && event.stopPropagation();
    const { body } = document;
    body.addEventListener("pointerdown", stopTarget);
    body.addEventListener("focusin", stopTarget);
    body.addEventListener("focusout", stopRelated);
    return () => {
      body.removeEventListener("pointerdown", stopTarget);
      body.removeEventListener("focusin", stopTarget);
      body.removeEventListener("focusout", stopRelated);
    };
  }, []);
}

/** Escape closes the newest lasting toast, unless an overlay opened after it: that one is on top. */
export function useEscapeClosesToast() {
  const id = useSonner().toasts.find(({ duration }) => duration === Number.POSITIVE_INFINITY)?.id;
  const belowEach = useRef(new Map<string | number, HTMLElement | undefined>());
  useEffect(() => {
    if (id === undefined) return;
    const known = belowEach.current;
    const below = known.has(id) ? known.get(id) : topOverlay();
    known.set(id, below);
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      const top = topOverlay();
      if (top && top !== below) return;
      // The window comes before the document, where the overlays listen.
      event.stopImmediatePropagation();
      event.preventDefault();
      toast.dismiss(id);
    };
    window.addEventListener("keydown", onKeyDown, { capture: true });
    return () => window.removeEventListener("keydown", onKeyDown, { capture: true });
  }, [id]);
}
