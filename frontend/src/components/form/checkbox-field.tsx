import { useId } from "react";
import { type FieldValues, useFormState } from "react-hook-form";
import { Checkbox } from "@/components/ui/checkbox";
import { FieldError } from "@/components/ui/field";
import { Label } from "@/components/ui/label";
import type { FormFieldProps } from "./field";

interface CheckboxFieldProps<Values extends FieldValues, Output>
  extends FormFieldProps<Values, Output> {
  hint: string;
}

/** A yes-or-no field with a hint about what yes means. */
export function CheckboxField<Values extends FieldValues, Output>({
  form,
  name,
  label,
  hint,
}: CheckboxFieldProps<Values, Output>) {
  const id = useId();
  const state = useFormState({ control: form.control, name });
  const message = form.getFieldState(name, state).error?.message;
  return (
    <div data-slot="field" className="grid grid-cols-[auto_1fr] gap-x-3 gap-y-1">
      <Checkbox
        {...form.register(name)}
        id={id}
        aria-invalid={message !== undefined}
        aria-describedby={`${id}-hint`}
      />
      <Label htmlFor={id} className="leading-4">
        {label}
      </Label>
      <div id={`${id}-hint`} className="col-start-2 text-[13px] text-muted-foreground">
        <span>{hint}</span>
        {message && <FieldError>{message}</FieldError>}
      </div>
    </div>
  );
}
