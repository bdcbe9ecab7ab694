import { zUserRegister } from "@app/sdk/zod";
import * as z from "zod/mini";
import { loginName } from "@/lib/features";
import { isBlank } from "@/lib/text";
import { confirmed, emailField, newPasswordField, passwordField, requiredText } from "@/lib/zod";

/** A name has no `@`, so that it cannot be an address. */
const isName = (text: string) => !isBlank(text) && !text.includes("@");

const emailOrName = z.string().check(
  z.trim(),
  z.refine((text) => isName(text) || emailField.safeParse(text).success, "Invalid email address"),
);

export const loginSchema = z.object({
  email: loginName ? emailOrName : emailField,
  password: passwordField,
});

export const passwordSchema = z.object({ password: passwordField });

export const signupSchema = z
  .object({
    full_name: requiredText("Full Name", zUserRegister.shape.full_name),
    email: emailField,
    password: newPasswordField,
    confirm_password: z.string(),
  })
  .check(confirmed("password"));

export const recoverSchema = z.object({ email: emailField });

export const resetSchema = z
  .object({ new_password: newPasswordField, confirm_password: z.string() })
  .check(confirmed("new_password"));
