import type { ComponentProps } from "react";
import type { FieldValues } from "react-hook-form";
import { PasswordField } from "./password-field";
import { PasswordStrength } from "./password-strength";

type NewPasswordFieldProps<Values extends FieldValues, Output> = Omit<
  ComponentProps<typeof PasswordField<Values, Output>>,
  "autoComplete" | "aside"
>;

/** A password to choose, with its strength. */
export function NewPasswordField<Values extends FieldValues, Output>(
  props: NewPasswordFieldProps<Values, Output>,
) {
  return (
    <PasswordField
      {...props}
      autoComplete="new-password"
      aside={<PasswordStrength form={props.form} name={props.name} />}
    />
  );
}
