import * as z from "zod/mini";

/** Fields that several forms share, with the words people know. The API checks again and has the last word. */

const MAX_TEXT = 255;

export const emailField = z
  .string()
  .check(
    z.trim(),
    z.email("Invalid email address"),
    z.maxLength(MAX_TEXT, "At most 255 characters"),
  );

export const newPasswordField = z
  .string()
  .check(
    z.minLength(1, { error: "Password is required", abort: true }),
    z.minLength(8, "Password must be at least 8 characters"),
    z.maxLength(128, "Password must be at most 128 characters"),
  );

export function requiredText(name: string) {
  return z
    .string()
    .check(
      z.trim(),
      z.minLength(1, `${name} is required`),
      z.maxLength(MAX_TEXT, `${name} must be at most ${MAX_TEXT} characters`),
    );
}

/** Left empty it is `null`, not an empty string: the API keeps "nothing" in one form. */
export function optionalText(name: string) {
  return z.pipe(
    z
      .string()
      .check(z.trim(), z.maxLength(MAX_TEXT, `${name} must be at most ${MAX_TEXT} characters`)),
    z.transform((text) => text || null),
  );
}
