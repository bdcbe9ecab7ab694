import { ConfirmDialog } from "@/components/form/confirm-dialog";
import { counted, type Noun } from "@/lib/noun";
import type { Overlay } from "@/lib/overlay";

interface DeleteDialogProps {
  overlay: Pick<Overlay<unknown>, "open" | "hide" | "returnFocus">;
  noun: Noun;
  count: number;
  /** The name of a single row. */
  name: string | undefined;
  onDelete: () => void;
}

/** Asks for confirmation. The rows then disappear immediately, and return when the API refuses. */
export default function DeleteDialog({ overlay, noun, count, name, onDelete }: DeleteDialogProps) {
  return (
    <ConfirmDialog
      open={overlay.open}
      title={name === undefined ? `Delete ${counted(noun, count)}?` : `Delete “${name}”?`}
      description={
        name === undefined
          ? `${counted(noun, count)} will be permanently deleted.`
          : "This can't be undone."
      }
      confirmLabel="Delete"
      onConfirm={() => {
        onDelete();
        overlay.hide();
      }}
      onCancel={overlay.hide}
      onCloseAutoFocus={overlay.returnFocus}
    />
  );
}
