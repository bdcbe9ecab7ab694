import { type ReactNode, useId } from "react";
import {
  type FieldPath,
  type FieldValues,
  type UseFormReturn,
  useFormState,
} from "react-hook-form";
import { Field, FieldError, FieldHint, FieldLabel } from "@/components/ui/field";

export interface FormFieldProps<Values extends FieldValues, Output> {
  form: UseFormReturn<Values, unknown, Output>;
  name: FieldPath<Values>;
  label: string;
  /** Below the control, until an error replaces it. */
  hint?: ReactNode;
}

interface ControlProps {
  id: string;
  "aria-invalid": boolean;
  "aria-describedby": string | undefined;
}

interface Props<Values extends FieldValues, Output> extends FormFieldProps<Values, Output> {
  /** Beside the label, such as a link to help. */
  aside?: ReactNode;
  children: (control: ControlProps) => ReactNode;
}

/** Label, control and error, linked for screen readers. */
export function FormField<Values extends FieldValues, Output>({
  form,
  name,
  label,
  hint,
  aside,
  children,
}: Props<Values, Output>) {
  const id = useId();
  const state = useFormState({ control: form.control, name });
  const message = form.getFieldState(name, state).error?.message;
  const noteId = `${id}-note`;
  return (
    <Field>
      <div className="flex items-center justify-between">
        <FieldLabel htmlFor={id}>{label}</FieldLabel>
        {aside}
      </div>
      {children({
        id,
        "aria-invalid": message !== undefined,
        "aria-describedby": message || hint ? noteId : undefined,
      })}
      {message && <FieldError id={noteId}>{message}</FieldError>}
      {!message && hint && <FieldHint id={noteId}>{hint}</FieldHint>}
    </Field>
  );
}
