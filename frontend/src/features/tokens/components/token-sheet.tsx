import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { useForm, useWatch } from "react-hook-form";
import { CheckboxField } from "@/components/form/checkbox-field";
import { DateField } from "@/components/form/date-field";
import { FormSheet } from "@/components/form/form-sheet";
import { SelectField } from "@/components/form/select-field";
import { TextField } from "@/components/form/text-field";
import type { Overlay } from "@/lib/overlay";
import { useMe } from "@/lib/session";
import { useCreateToken } from "../api";
import { defaultValues, EXPIRIES, tokenSchema } from "../token-form";

interface TokenSheetProps {
  overlay: Overlay<never>;
  onCreated: (created: { id: string; token: string }) => void;
}

export default function TokenSheet({ overlay, onCreated }: TokenSheetProps) {
  const me = useMe();
  const create = useCreateToken();
  const form = useForm({
    resolver: standardSchemaResolver(tokenSchema),
    defaultValues,
    mode: "onTouched",
  });
  const expires = useWatch({ control: form.control, name: "expires" });
  return (
    <FormSheet
      overlay={overlay}
      form={form}
      title="Create token"
      description="Give it only the scopes that the program needs."
      onSubmit={async (body) => {
        const { id, token } = await create.mutateAsync({ body });
        onCreated({ id, token });
      }}
    >
      <TextField
        form={form}
        name="name"
        label="Name"
        hint="What the token is for, such as “Nightly report”."
        autoComplete="off"
      />
      <CheckboxField form={form} name="read" label="Read" hint="See what you can see." />
      <CheckboxField form={form} name="write" label="Write" hint="Create, change and delete." />
      {me.is_superuser && (
        <CheckboxField
          form={form}
          name="admin"
          label="Admin"
          hint="Read or write what only superusers can, such as all users."
        />
      )}
      <SelectField form={form} name="expires" label="Expires" options={EXPIRIES} />
      {expires === "custom" && <DateField form={form} name="expires_on" label="Expiry date" />}
    </FormSheet>
  );
}
