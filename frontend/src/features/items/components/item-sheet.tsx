import type { ItemPublic } from "@app/sdk";
import { zItemCreate } from "@app/sdk/zod";
import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { useForm } from "react-hook-form";
import * as z from "zod/mini";
import { RowFact, RowFacts } from "@/components/data-table/row-facts";
import { RowSheet } from "@/components/data-table/row-sheet";
import { FormSheet } from "@/components/form/form-sheet";
import { TextareaField, TextField } from "@/components/form/text-field";
import { useVersionedForm } from "@/components/form/use-versioned-form";
import { UserText } from "@/components/ui/user-text";
import type { Overlay } from "@/lib/overlay";
import { ifMatch } from "@/lib/rows";
import { useMe } from "@/lib/session";
import { optionalText, requiredText } from "@/lib/zod";
import { ITEMS, useCreateItem, useItem, useUpdateItem } from "../api";
import { useOwnerName } from "../owner";

const schema = z.object({
  title: requiredText("Title", zItemCreate.shape.title),
  description: optionalText("Description", zItemCreate.shape.description),
});

const toValues = (item?: ItemPublic) => ({
  title: item?.title ?? "",
  description: item?.description ?? "",
});

function useItemForm(item?: ItemPublic) {
  return useForm({
    resolver: standardSchemaResolver(schema),
    defaultValues: toValues(item),
    mode: "onTouched",
  });
}

/** Creates an item, or edits the item whose id is the overlay's value. */
export default function ItemSheet({ overlay }: { overlay: Overlay<string> }) {
  return overlay.value === undefined ? (
    <NewItemSheet overlay={overlay} />
  ) : (
    <OpenItemSheet overlay={overlay} id={overlay.value} />
  );
}

function NewItemSheet({ overlay }: { overlay: Overlay<string> }) {
  const form = useItemForm();
  const createItem = useCreateItem();
  return (
    <FormSheet
      overlay={overlay}
      form={form}
      title="Add Item"
      description="The description is optional."
      onSubmit={async (body) => {
        await createItem.mutateAsync({ body });
      }}
    >
      <ItemFields form={form} />
    </FormSheet>
  );
}

function OpenItemSheet({ overlay, id }: { overlay: Overlay<string>; id: string }) {
  const record = useItem(id);
  return (
    <RowSheet overlay={overlay} noun={ITEMS.noun} record={record}>
      {(item) => <EditItemSheet overlay={overlay} item={item} record={record} />}
    </RowSheet>
  );
}

interface EditItemSheetProps {
  overlay: Overlay<string>;
  item: ItemPublic;
  record: ReturnType<typeof useItem>;
}

function EditItemSheet({ overlay, item, record }: EditItemSheetProps) {
  const form = useItemForm(item);
  const updateItem = useUpdateItem();
  const { submit, conflict } = useVersionedForm({
    form,
    record,
    saved: item,
    toValues,
    save: (body, version) =>
      updateItem.mutateAsync({ path: { id: item.id }, body, headers: ifMatch(version) }),
    labels: { title: "Title", description: "Description" },
  });
  return (
    <FormSheet
      overlay={overlay}
      form={form}
      title="Edit Item"
      description="Update the details of this item."
      saveWhenDirty
      onSubmit={submit}
    >
      {conflict}
      <ItemFields form={form} />
      <ItemFacts item={item} />
    </FormSheet>
  );
}

function ItemFields({ form }: { form: ReturnType<typeof useItemForm> }) {
  return (
    <>
      <TextField form={form} name="title" label="Title" autoComplete="off" />
      <TextareaField form={form} name="description" label="Description" />
    </>
  );
}

function ItemFacts({ item }: { item: ItemPublic }) {
  const me = useMe();
  const owner = useOwnerName(item.owner_id);
  return (
    <RowFacts row={item}>
      {me.is_superuser && (
        <RowFact title="Owner">
          <UserText>{owner ?? ""}</UserText>
        </RowFact>
      )}
    </RowFacts>
  );
}
