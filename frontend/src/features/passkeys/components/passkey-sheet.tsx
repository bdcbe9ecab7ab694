import type { PasskeyPublic } from "@app/sdk";
import { zPasskeyUpdate } from "@app/sdk/zod";
import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { useForm } from "react-hook-form";
import * as z from "zod/mini";
import { FormSheet } from "@/components/form/form-sheet";
import { TextField } from "@/components/form/text-field";
import type { Overlay } from "@/lib/overlay";
import { requiredText } from "@/lib/zod";
import { useAddPasskey, useRenamePasskey } from "../api";

const schema = z.object({ name: requiredText("Name", zPasskeyUpdate.shape.name) });

/** Names a new passkey, which the browser then creates, or renames the one of the overlay. */
export default function PasskeySheet({ overlay }: { overlay: Overlay<PasskeyPublic> }) {
  const { value: passkey } = overlay;
  const add = useAddPasskey();
  const rename = useRenamePasskey();
  const form = useForm({
    resolver: standardSchemaResolver(schema),
    defaultValues: { name: passkey?.name ?? "" },
    mode: "onTouched",
  });
  return (
    <FormSheet
      overlay={overlay}
      form={form}
      title={passkey ? "Rename passkey" : "Add passkey"}
      description={
        passkey
          ? "Only you see the name."
          : "Your browser then asks you to confirm with a PIN, a finger, a face or a security key."
      }
      saveWhenDirty={passkey !== undefined}
      onSubmit={async ({ name }) => {
        if (passkey) await rename.mutateAsync({ path: { passkey_id: passkey.id }, body: { name } });
        else await add.mutateAsync(name);
      }}
    >
      <TextField
        form={form}
        name="name"
        label="Name"
        hint="Where the passkey is, such as “Laptop” or “Blue security key”."
        autoComplete="off"
      />
    </FormSheet>
  );
}
