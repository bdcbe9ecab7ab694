import type { ItemPublic } from "@app/sdk";
import { ConfirmDialog } from "@/components/form/confirm-dialog";
import { Alert } from "@/components/ui/alert";
import { errorMessage } from "@/lib/errors";
import type { Overlay } from "@/lib/overlay";
import { useDeleteItem } from "../api";

export function DeleteItemDialog({ overlay }: { overlay: Overlay<ItemPublic> }) {
  const deleteItem = useDeleteItem();
  const item = overlay.value;
  return (
    <ConfirmDialog
      open={overlay.open}
      title="Delete this item?"
      description={
        <>
          <p className="break-words">
            <strong className="font-medium text-foreground">{item?.title}</strong> will be gone for
            good.
          </p>
          {deleteItem.isError && <Alert className="mt-3">{errorMessage(deleteItem.error)}</Alert>}
        </>
      }
      confirmLabel="Delete"
      isPending={deleteItem.isPending}
      onConfirm={() =>
        item && deleteItem.mutate({ path: { id: item.id } }, { onSuccess: overlay.hide })
      }
      onCancel={overlay.hide}
      onCloseAutoFocus={overlay.returnFocus}
    />
  );
}
