import type { FieldValues } from "react-hook-form";
import type { FormFieldProps } from "@/components/form/field";
import { TextField } from "@/components/form/text-field";
import { isComplete } from "../code-form";

interface CodeFieldProps<Values extends FieldValues, Output>
  extends Omit<FormFieldProps<Values, Output>, "label"> {
  /** Submits the form when the sixth digit is there. */
  submits?: boolean;
}

/** The code of an app. One field, so that it can be pasted and filled in by the browser; spaces do not matter. */
export function CodeField<Values extends FieldValues, Output>({
  submits = false,
  ...props
}: CodeFieldProps<Values, Output>) {
  return (
    <TextField
      {...props}
      label="Code"
      autoComplete="one-time-code"
      inputMode="numeric"
      autoCapitalize="off"
      spellCheck={false}
      maxLength={20}
      className="font-mono tracking-widest"
      onInput={({ currentTarget: { form, value } }) => {
        // Later, when the form knows the value.
        if (submits && isComplete(value)) setTimeout(() => form?.requestSubmit());
      }}
    />
  );
}
