import type { ComponentProps } from "react";
import type { FieldValues } from "react-hook-form";
import { Input } from "@/components/ui/input";
import { Textarea } from "@/components/ui/textarea";
import { FormField, type FormFieldProps } from "./field";

type TextFieldProps<Values extends FieldValues, Output> = FormFieldProps<Values, Output> &
  Omit<ComponentProps<"input">, "form" | "name">;

export function TextField<Values extends FieldValues, Output>({
  form,
  name,
  label,
  hint,
  ...props
}: TextFieldProps<Values, Output>) {
  return (
    <FormField form={form} name={name} label={label} hint={hint}>
      {(control) => <Input {...form.register(name)} {...control} {...props} />}
    </FormField>
  );
}

type TextareaFieldProps<Values extends FieldValues, Output> = FormFieldProps<Values, Output> &
  Omit<ComponentProps<"textarea">, "form" | "name">;

export function TextareaField<Values extends FieldValues, Output>({
  form,
  name,
  label,
  hint,
  ...props
}: TextareaFieldProps<Values, Output>) {
  return (
    <FormField form={form} name={name} label={label} hint={hint}>
      {(control) => <Textarea {...form.register(name)} {...control} {...props} />}
    </FormField>
  );
}
