import type { ReactNode } from "react";
import { ConfirmDialog } from "@/components/form/confirm-dialog";
import { counted, type Noun } from "@/lib/noun";
import type { Overlay } from "@/lib/overlay";
import { isolated } from "@/lib/text";

interface DeleteDialogProps {
  overlay: Pick<Overlay<unknown>, "open" | "hide" | "returnFocus">;
  noun: Noun;
  count: number;
  /** The name of a single row. */
  name: string | undefined;
  /** What is deleted with the rows. */
  consequences: ReactNode;
  instead: { label: string; onChoose: () => void } | undefined;
  onDelete: () => void;
}

/** Asks for confirmation. The rows then disappear immediately, and return when the API refuses. */
export default function DeleteDialog({
  overlay,
  noun,
  count,
  name,
  consequences,
  instead,
  onDelete,
}: DeleteDialogProps) {
  const closeAnd = (action: () => void) => () => {
    action();
    overlay.hide();
  };
  const isOne = name !== undefined;
  const quoted = noun.isPerson ? isolated(name ?? "") : `“${isolated(name ?? "")}”`;
  const what = isOne ? quoted : counted(noun, count);
  return (
    <ConfirmDialog
      open={overlay.open}
      title={`Delete ${what}?`}
      description={
        <>
          {!isOne && <span>{`${what} will be permanently deleted. `}</span>}
          <span>{consequences}</span>
          <span>This can't be undone.</span>
        </>
      }
      confirmLabel="Delete"
      alternative={instead && { ...instead, onChoose: closeAnd(instead.onChoose) }}
      onConfirm={closeAnd(onDelete)}
      onCancel={overlay.hide}
      onCloseAutoFocus={overlay.returnFocus}
    />
  );
}
