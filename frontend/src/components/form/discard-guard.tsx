import { useBlocker, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useUnsavedInput } from "@/lib/dirty";
import { ConfirmDialog } from "./confirm-dialog";

interface GuardedOverlay {
  open: boolean;
  /** Can be a navigation, because the URL opens some overlays. */
  hide: () => void;
}

const PAGE: GuardedOverlay = { open: true, hide: () => {} };

/** Asks once before input is lost, whichever way: closing the sheet, Back, a link, or closing the tab. */
export function useDiscardGuard(isFormDirty: boolean, { open, hide }: GuardedOverlay = PAGE) {
  const [isClosing, setIsClosing] = useState(false);
  const mayLose = useRef(false);
  const isDirty = open && isFormDirty;
  const href = useRouterState({ select: (state) => state.resolvedLocation?.href });
  const blocker = useBlocker({
    shouldBlockFn: () => isDirty && !mayLose.current,
    enableBeforeUnload: isDirty,
    withResolver: true,
  });
  useUnsavedInput(isDirty);
  useEffect(() => {
    if (!open) mayLose.current = false;
  }, [open]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a discarded sheet closes only after Back has arrived
  useEffect(() => {
    if (open && mayLose.current) hide();
  }, [href]);

  /** Closes without asking: the input is saved or discarded. */
  const leave = () => {
    mayLose.current = true;
    hide();
  };
  return {
    isAsking: isClosing || blocker.status === "blocked",
    leave,
    close: () => (isDirty ? setIsClosing(true) : hide()),
    keep: () => {
      setIsClosing(false);
      blocker.reset?.();
    },
    discard: () => {
      setIsClosing(false);
      if (blocker.status !== "blocked") return leave();
      mayLose.current = true;
      blocker.proceed();
    },
  };
}

export function DiscardDialog({ guard }: { guard: ReturnType<typeof useDiscardGuard> }) {
  return (
    <ConfirmDialog
      open={guard.isAsking}
      title="Discard changes?"
      description="You have unsaved changes that will be lost."
      confirmLabel="Discard changes"
      cancelLabel="Keep editing"
      onConfirm={guard.discard}
      onCancel={guard.keep}
    />
  );
}
