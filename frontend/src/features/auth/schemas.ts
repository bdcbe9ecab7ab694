import { zUserRegister } from "@app/sdk/zod";
import * as z from "zod/mini";
import { confirmed, emailField, newPasswordField, passwordField, requiredText } from "@/lib/zod";

export const loginSchema = z.object({ email: emailField, password: passwordField });

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
