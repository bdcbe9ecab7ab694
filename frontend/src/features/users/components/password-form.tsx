import { updatePasswordMe } from "@app/sdk";
import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { useForm } from "react-hook-form";
import * as z from "zod/mini";
import { FormCard } from "@/components/form/form-card";
import { NewPasswordField } from "@/components/form/new-password-field";
import { PasswordField } from "@/components/form/password-field";
import { useMe } from "@/lib/session";
import { toastSuccess } from "@/lib/toast";
import { confirmed, newPasswordField, PASSWORD_RULE, passwordField } from "@/lib/zod";

const schema = z
  .object({
    current_password: passwordField,
    new_password: newPasswordField,
    confirm_password: z.string(),
  })
  .check(confirmed("new_password"));

const EMPTY = { current_password: "", new_password: "", confirm_password: "" };

export function PasswordForm() {
  const { email } = useMe();
  const form = useForm({ resolver: standardSchemaResolver(schema), defaultValues: EMPTY });
  return (
    <FormCard
      form={form}
      title="Password"
      description="Use a password you don't use anywhere else."
      hint="You'll be logged out on other devices."
      submitLabel="Update Password"
      onSubmit={async ({ confirm_password: _, ...body }) => {
        await updatePasswordMe({ body });
        form.reset(EMPTY);
        void toastSuccess("Password updated successfully");
      }}
    >
      {/* Lets password managers match the password to the account. */}
      <input type="text" value={email} autoComplete="username" readOnly hidden />
      <PasswordField
        form={form}
        name="current_password"
        label="Current password"
        placeholder="Current password"
        autoComplete="current-password"
        data-testid="current-password-input"
      />
      <NewPasswordField
        form={form}
        name="new_password"
        confirmedBy="confirm_password"
        label="New password"
        hint={PASSWORD_RULE}
        placeholder="New password"
        data-testid="new-password-input"
      />
      <PasswordField
        form={form}
        name="confirm_password"
        label="Confirm password"
        placeholder="Confirm password"
        autoComplete="new-password"
        data-testid="confirm-password-input"
      />
    </FormCard>
  );
}
