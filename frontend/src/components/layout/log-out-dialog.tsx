import { ConfirmDialog } from "@/components/form/confirm-dialog";
import type { Overlay } from "@/lib/overlay";

interface LogOutDialogProps {
  overlay: Overlay<never>;
  onConfirm: () => void;
}

/** Shown only with unsaved input. */
export default function LogOutDialog({ overlay, onConfirm }: LogOutDialogProps) {
  return (
    <ConfirmDialog
      open={overlay.open}
      title="Log out and discard changes?"
      description="What you typed has not been saved."
      confirmLabel="Log out"
      cancelLabel="Keep editing"
      onConfirm={() => {
        overlay.hide();
        onConfirm();
      }}
      onCancel={overlay.hide}
      onCloseAutoFocus={overlay.returnFocus}
    />
  );
}
