import type { ReactNode } from "react";
import { ConfirmDialog } from "@/components/form/confirm-dialog";
import { UserText } from "@/components/ui/user-text";
import { counted, type Noun } from "@/lib/noun";
import type { Overlay } from "@/lib/overlay";

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
  const many = name === undefined && `${counted(noun, count)} will be permanently deleted. `;
  return (
    <ConfirmDialog
      open={overlay.open}
      title={
        name === undefined ? (
          `Delete ${counted(noun, count)}?`
        ) : (
          <Question noun={noun} name={name} />
        )
      }
      description={
        <>
          {many && <span>{many}</span>}
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

function Question({ noun, name }: { noun: Noun; name: string }) {
  const [start, end] = noun.isPerson ? ["Delete ", "?"] : ["Delete “", "”?"];
  return (
    <>
      {start}
      <UserText>{name}</UserText>
      {end}
    </>
  );
}
