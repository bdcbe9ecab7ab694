import type { ComponentProps } from "react";
import type { FieldValues } from "react-hook-form";
import { NativeSelect } from "@/components/ui/native-select";
import { FormField, type FormFieldProps } from "./field";

type SelectFieldProps<Values extends FieldValues, Output> = FormFieldProps<Values, Output> &
  Omit<ComponentProps<"select">, "form" | "name" | "children"> & {
    /** Each value of the API with its label for users. */
    options: Readonly<Record<string, string>>;
  };

/** A choice of one option. With `""` among the options, the form starts without a choice. */
export function SelectField<Values extends FieldValues, Output>({
  form,
  name,
  label,
  hint,
  options,
  ...props
}: SelectFieldProps<Values, Output>) {
  return (
    <FormField form={form} name={name} label={label} hint={hint}>
      {(control) => (
        <NativeSelect {...form.register(name)} {...control} {...props}>
          {Object.entries(options).map(([value, title]) => (
            <option key={value} value={value}>
              {title}
            </option>
          ))}
        </NativeSelect>
      )}
    </FormField>
  );
}
