import type { FieldPath, FieldValues, UseFormReturn } from "react-hook-form";
import { CheckboxField } from "@/components/form/checkbox-field";
import { DateField } from "@/components/form/date-field";
import { SelectField } from "@/components/form/select-field";
import { TextareaField, TextField } from "@/components/form/text-field";
import type { ProfileField } from "../profile-fields";

interface ProfileInputProps<Values extends FieldValues, Output> {
  form: UseFormReturn<Values, unknown, Output>;
  name: FieldPath<Values>;
  field: ProfileField;
  autoComplete?: string;
}

/** The control for one field of the profile. */
export function ProfileInput<Values extends FieldValues, Output>({
  form,
  name,
  field,
  autoComplete = "off",
}: ProfileInputProps<Values, Output>) {
  const common = { form, name, label: field.label, hint: field.hint };
  switch (field.kind) {
    case "checkbox":
      return <CheckboxField {...common} hint={field.hint ?? ""} />;
    case "choice":
      return <SelectField {...common} options={field.options} />;
    case "date":
      return <DateField {...common} />;
    case "number":
      return <TextField {...common} inputMode="decimal" autoComplete="off" />;
    case "text":
      return field.isLong ? (
        <TextareaField {...common} />
      ) : (
        <TextField
          {...common}
          autoComplete={autoComplete}
          autoCapitalize={field.name === "username" ? "none" : undefined}
          spellCheck={field.name === "username" ? false : undefined}
        />
      );
  }
}
