import { type UserPublic, updateUserMe } from "@app/sdk";
import { zUserUpdateMe } from "@app/sdk/zod";
import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { useForm, useWatch } from "react-hook-form";
import * as z from "zod/mini";
import { EmailField } from "@/components/form/email-field";
import { FormCard } from "@/components/form/form-card";
import { PasswordField } from "@/components/form/password-field";
import { TextField } from "@/components/form/text-field";
import { useVersionedForm } from "@/components/form/use-versioned-form";
import { ifMatch } from "@/lib/rows";
import { useMeRecord, useSession } from "@/lib/session";
import { toastSuccess } from "@/lib/toast";
import { emailField, optionalText } from "@/lib/zod";

const schema = z.object({
  full_name: optionalText("Full name", zUserUpdateMe.shape.full_name),
  email: emailField,
  current_password: z.string(),
});

const valuesOf = ({ full_name, email }: UserPublic) => ({
  full_name: full_name ?? "",
  email,
  current_password: "",
});

export function ProfileForm({ me }: { me: UserPublic }) {
  const session = useSession();
  const form = useForm({
    resolver: standardSchemaResolver(schema),
    defaultValues: valuesOf(me),
    mode: "onTouched",
  });
  const isNewEmail = useWatch({ control: form.control, name: "email" }).trim() !== me.email;
  const { submit, conflict } = useVersionedForm({
    form,
    record: useMeRecord(),
    saved: me,
    toValues: valuesOf,
    save: async ({ current_password, ...rest }, version) => {
      const body = isNewEmail && current_password ? { ...rest, current_password } : rest;
      const { data } = await updateUserMe({ body, headers: ifMatch(version) });
      session.update(data);
      form.reset(valuesOf(data));
      return data;
    },
    labels: { full_name: "Full name", email: "Email" },
  });
  return (
    <FormCard
      form={form}
      title="Profile"
      description="Your name and email address."
      hint="Changing your email logs you out on other devices."
      submitLabel="Save"
      saveWhenDirty
      onSubmit={async (body) => {
        await submit(body);
        void toastSuccess("User updated successfully");
      }}
    >
      {conflict}
      <TextField
        form={form}
        name="full_name"
        label="Full name"
        placeholder="Full name"
        autoComplete="name"
        data-testid="full-name-input"
      />
      <EmailField
        form={form}
        name="email"
        label="Email"
        autoComplete="email"
        data-testid="email-input"
      />
      {isNewEmail && (
        <PasswordField
          form={form}
          name="current_password"
          label="Current password"
          hint="Needed to change your email."
          placeholder="Current password"
          autoComplete="current-password"
          data-testid="current-password-input"
        />
      )}
    </FormCard>
  );
}
