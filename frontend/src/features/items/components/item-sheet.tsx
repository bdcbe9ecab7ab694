import type { ItemPublic } from "@app/sdk";
import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { useForm } from "react-hook-form";
import * as z from "zod/mini";
import { FormSheet } from "@/components/form/form-sheet";
import { TextareaField, TextField } from "@/components/form/text-field";
import type { Overlay } from "@/lib/overlay";
import { optionalText, requiredText } from "@/lib/zod";
import { useCreateItem, useUpdateItem } from "../api";

const schema = z.object({
  title: requiredText("Title"),
  description: optionalText("Description"),
});

/** Creates an item, or edits the one that the overlay was opened with. */
export function ItemSheet({ overlay }: { overlay: Overlay<ItemPublic> }) {
  const item = overlay.value;
  const createItem = useCreateItem();
  const updateItem = useUpdateItem();
  const form = useForm({
    resolver: standardSchemaResolver(schema),
    defaultValues: { title: item?.title ?? "", description: item?.description ?? "" },
    mode: "onTouched",
  });

  return (
    <FormSheet
      overlay={overlay}
      form={form}
      title={item ? "Edit Item" : "Add Item"}
      description={item ? "Change what this item says." : "Only a title is needed."}
      saveWhenDirty={item !== undefined}
      onSubmit={async (body) => {
        if (item) await updateItem.mutateAsync({ path: { id: item.id }, body });
        else await createItem.mutateAsync({ body });
      }}
    >
      <TextField form={form} name="title" label="Title" autoComplete="off" />
      <TextareaField form={form} name="description" label="Description" />
    </FormSheet>
  );
}
