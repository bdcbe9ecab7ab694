import type { ComponentProps } from "react";
import type { FieldValues } from "react-hook-form";
import { TextField } from "./text-field";

/** Not `type="email"`: browsers rewrite `kim@пример.рф` to punycode there, and their rules differ from the API's. */
export function EmailField<Values extends FieldValues, Output>(
  props: Omit<ComponentProps<typeof TextField<Values, Output>>, "type" | "inputMode">,
) {
  return (
    <TextField
      placeholder="Email"
      autoCapitalize="none"
      autoCorrect="off"
      spellCheck={false}
      {...props}
      inputMode="email"
    />
  );
}
