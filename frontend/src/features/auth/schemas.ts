import * as z from "zod/mini";
import { emailField, newPasswordField, requiredText } from "@/lib/zod";

/** Asks only for one: what the account has may be older than the rules for new ones. */
const passwordField = z.string().check(z.minLength(1, "Password is required"));

export const loginSchema = z.object({ email: emailField, password: passwordField });

export const signInAgainSchema = z.object({ password: passwordField });

export const signupSchema = z
  .object({
    full_name: requiredText("Full Name"),
    email: emailField,
    password: newPasswordField,
    confirm_password: z.string(),
  })
  .check(confirms("password"));

export const recoverSchema = z.object({ email: emailField });

export const resetSchema = z
  .object({ new_password: newPasswordField, confirm_password: z.string() })
  .check(confirms("new_password"));

/** The password was typed twice in the same way. */
function confirms<Name extends string>(name: Name) {
  return z.refine<Record<Name | "confirm_password", string>>(
    (values) => values[name] === values.confirm_password,
    { error: "The passwords don't match", path: ["confirm_password"] },
  );
}
