import { zUserCreate } from "@app/sdk/zod";
import * as z from "zod/mini";

/**
 * Form fields with our own messages. The limits come from the schemas that the SDK generates, for example
 * `requiredText("Title", zUserCreate.shape.title)`.
 */

type ApiText = z.ZodMiniType<string | null | undefined>;

export const emailField = z
  .string()
  .check(
    z.trim(),
    z.minLength(1, "Invalid email address"),
    withinLimits("Email", zUserCreate.shape.email),
  );

/** An existing password can be older than the rules for new ones. */
export const passwordField = z.string().check(z.minLength(1, "Password is required"));

export const PASSWORD_RULE = "At least 8 characters.";

const passwordLimits = withinLimits("Password", zUserCreate.shape.password);

export const newPasswordField = z
  .string()
  .check(z.minLength(1, { error: "Password is required", abort: true }), passwordLimits);

/** An empty field keeps the current password. */
export const optionalPassword = z.string().check(passwordLimits);

/** Compares the new password with its confirmation. */
export function confirmed<Name extends string>(name: Name) {
  return z.refine<Record<Name | "confirm_password", string>>(
    (values) => values[name] === values.confirm_password,
    { error: "The passwords don't match", path: ["confirm_password"] },
  );
}

export function requiredText(name: string, field: ApiText) {
  return z
    .string()
    .check(z.trim(), z.minLength(1, `${name} is required`), withinLimits(name, field));
}

/** An empty field becomes `null`, because the API has no empty strings here. */
export function optionalText(name: string, field: ApiText) {
  return z.pipe(
    z.string().check(z.trim(), withinLimits(name, field)),
    z.transform((text) => text || null),
  );
}

/** Checks a text against the API's schema of the field. The form's own rules handle an empty text. */
function withinLimits(name: string, field: ApiText) {
  return z.check<string>(({ value, issues }) => {
    if (value === "") return;
    for (const issue of field.safeParse(value).error?.issues ?? []) {
      // Like zod's own issues, it continues, so that `confirmed` still runs.
      issues.push({
        code: "custom",
        input: value,
        message: messageOf(issue, name),
        continue: true,
      });
    }
  });
}

function messageOf(issue: z.core.$ZodIssue, name: string) {
  if (issue.code === "too_big") return `${name} must be at most ${issue.maximum} characters`;
  if (issue.code === "too_small") return `${name} must be at least ${issue.minimum} characters`;
  if (issue.code === "invalid_format" && issue.format === "email") return "Invalid email address";
  return `${name} is invalid`;
}
