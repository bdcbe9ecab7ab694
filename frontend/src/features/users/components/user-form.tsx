import type { UserPublic } from "@app/sdk";
import { zUserCreate } from "@app/sdk/zod";
import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { useForm } from "react-hook-form";
import * as z from "zod/mini";
import { CheckboxField } from "@/components/form/checkbox-field";
import { EmailField } from "@/components/form/email-field";
import { NewPasswordField } from "@/components/form/new-password-field";
import { PasswordField } from "@/components/form/password-field";
import { TextField } from "@/components/form/text-field";
import { confirmed, emailField, newPasswordField, optionalPassword, optionalText } from "@/lib/zod";

const fields = {
  email: emailField,
  full_name: optionalText("Full name", zUserCreate.shape.full_name),
  confirm_password: z.string(),
  is_superuser: z.boolean(),
  is_active: z.boolean(),
};
const newSchema = z.object({ ...fields, password: newPasswordField }).check(confirmed("password"));
const editSchema = z.object({ ...fields, password: optionalPassword }).check(confirmed("password"));

export const userValues = (user?: UserPublic) => ({
  email: user?.email ?? "",
  full_name: user?.full_name ?? "",
  password: "",
  confirm_password: "",
  is_superuser: user?.is_superuser ?? false,
  is_active: user?.is_active ?? true,
});

/** A form for a new user, or for `user` when it is given. */
export function useUserForm(user?: UserPublic) {
  return useForm({
    resolver: standardSchemaResolver(user ? editSchema : newSchema),
    defaultValues: userValues(user),
    mode: "onTouched",
  });
}

interface UserFieldsProps {
  form: ReturnType<typeof useUserForm>;
  passwordLabel: string;
}

export function UserFields({ form, passwordLabel }: UserFieldsProps) {
  return (
    <>
      <EmailField form={form} name="email" label="Email" autoComplete="off" />
      <TextField
        form={form}
        name="full_name"
        label="Full name"
        placeholder="Full name"
        autoComplete="off"
      />
      <NewPasswordField
        form={form}
        name="password"
        confirmedBy="confirm_password"
        label={passwordLabel}
        placeholder="Password"
      />
      <PasswordField
        form={form}
        name="confirm_password"
        label="Confirm password"
        placeholder="Password"
        autoComplete="new-password"
      />
      <CheckboxField
        form={form}
        name="is_superuser"
        label="Is superuser?"
        hint="Can view and edit all users and all data."
      />
      <CheckboxField
        form={form}
        name="is_active"
        label="Is active?"
        hint="Inactive users can't log in."
      />
    </>
  );
}
