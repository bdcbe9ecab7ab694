import { ApiError } from "@app/sdk";
import type { FieldPath, FieldValues, UseFormReturn } from "react-hook-form";
import { errorMessage } from "@/lib/errors";

/** Where a form keeps an error that belongs to no field. */
const FORM_ERROR = "root.server";

/**
 * Shows each invalid field's message at the field and focuses the first one. All other errors appear above the form.
 */
export function applyServerErrors<Values extends FieldValues, Output>(
  form: UseFormReturn<Values, unknown, Output>,
  error: unknown,
) {
  const known = Object.keys(form.getValues());
  const isField = (name: string) =>
    known.includes(name) || form.getValues(name as FieldPath<Values>) !== undefined;
  const messages = Object.entries(error instanceof ApiError ? error.fieldErrors() : {});
  const ofFields = messages.filter(([field]) => isField(field));

  ofFields.forEach(([field, message], index) => {
    form.setError(
      field as FieldPath<Values>,
      { type: "server", message },
      { shouldFocus: index === 0 },
    );
  });
  if (ofFields.length === 0 || ofFields.length < messages.length) {
    form.setError(FORM_ERROR, { type: "server", message: errorMessage(error) });
  }
}
