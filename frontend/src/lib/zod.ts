import * as z from "zod/mini";

/** Fields that several forms share, with the words people know. The API checks again and has the last word. */

const MAX_TEXT = 255;

export const emailField = z
  .string()
  .check(
    z.trim(),
    z.email("Invalid email address"),
    z.maxLength(MAX_TEXT, "Must be at most 255 characters"),
  );

/** Asks only for one: what an account has may be older than the rules for new ones. */
export const passwordField = z.string().check(z.minLength(1, "Password is required"));

export const PASSWORD_RULE = "At least 8 characters.";

export const newPasswordField = z
  .string()
  .check(
    z.minLength(1, { error: "Password is required", abort: true }),
    z.minLength(8, "Password must be at least 8 characters"),
    z.maxLength(128, "Password must be at most 128 characters"),
  );

/** Left empty, the password stays as it is. */
export const optionalPassword = z.string().check(
  z.refine((text) => text.length === 0 || text.length >= 8, {
    error: "Password must be at least 8 characters",
  }),
  z.maxLength(128, "Password must be at most 128 characters"),
);

/** The new password was typed twice in the same way. */
export function confirmed<Name extends string>(name: Name) {
  return z.refine<Record<Name | "confirm_password", string>>(
    (values) => values[name] === values.confirm_password,
    { error: "The passwords don't match", path: ["confirm_password"] },
  );
}

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
