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
      title="Log out without saving?"
      description="Your changes will be lost."
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
