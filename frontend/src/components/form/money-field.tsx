import type { ComponentProps } from "react";
import type { FieldValues } from "react-hook-form";
import { TextField } from "./text-field";

/** An amount as people write it in their language. `requiredDecimal` turns it into the API's text. */
export function MoneyField<Values extends FieldValues, Output>(
  props: Omit<ComponentProps<typeof TextField<Values, Output>>, "type" | "inputMode">,
) {
  return <TextField autoComplete="off" {...props} inputMode="decimal" />;
}
