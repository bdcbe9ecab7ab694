import { zUserCreate } from "@app/sdk/zod";
import * as z from "zod/mini";
import { parseDecimal } from "@/lib/decimal";
import { isBlank } from "@/lib/text";

/**
 * Form fields with our own messages. The limits come from the schemas that the SDK generates, for example
 * `requiredText("Title", zUserCreate.shape.title)`. A form is never stricter than the API, which has the last word.
 */

type ApiText = z.ZodMiniType<string | null | undefined>;

/** Something on both sides of an `@`. Only the API knows which addresses exist, such as `kim@пример.рф`. */
const EMAIL = /^\S+@\S+$/u;

export const emailField = z
  .string()
  .check(
    z.trim(),
    z.regex(EMAIL, "Invalid email address"),
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
  return z.string().check(
    z.trim(),
    z.refine((text) => !isBlank(text), { error: `${name} is required`, abort: true }),
    withinLimits(name, field),
  );
}

/** An empty field becomes `null`, because the API has no empty strings here. */
export function optionalText(name: string, field: ApiText) {
  return z.pipe(
    z.string().check(z.trim(), withinLimits(name, field)),
    z.transform((text) => (isBlank(text) ? null : text)),
  );
}

/** A number as people type it becomes the API's text: "12,50" becomes "12.50". */
export function requiredDecimal(name: string) {
  return z.pipe(
    z.string().check(
      z.refine((text) => !isBlank(text), { error: `${name} is required`, abort: true }),
      z.refine((text) => parseDecimal(text) !== undefined, `${name} must be a number`),
    ),
    z.transform((text) => parseDecimal(text) ?? ""),
  );
}

/** An empty field becomes `null`. */
export function optionalDecimal(name: string) {
  return z.pipe(
    z
      .string()
      .check(z.refine((text) => isBlank(text) || !!parseDecimal(text), `${name} must be a number`)),
    z.transform((text) => parseDecimal(text) ?? null),
  );
}

/** Checks a text against the API's schema of the field. The form's own rules handle an empty text. */
function withinLimits(name: string, field: ApiText) {
  return z.check<string>(({ value, issues }) => {
    if (value === "") return;
    for (const issue of field.safeParse(asCounted(value)).error?.issues ?? []) {
      const message = messageOf(issue, name);
      // Like zod's own issues, it continues, so that `confirmed` still runs.
      if (message) issues.push({ code: "custom", input: value, message, continue: true });
    }
  });
}

/** The API counts characters. JavaScript counts most emoji twice. */
const asCounted = (text: string) => text.replace(/[\u{10000}-\u{10FFFF}]/gu, "x");

function messageOf(issue: z.core.$ZodIssue, name: string) {
  if (issue.code === "too_big") return `${name} must be at most ${issue.maximum} characters`;
  if (issue.code === "too_small") return `${name} must be at least ${issue.minimum} characters`;
  // The generated rule is stricter than the API's.
  if (issue.code === "invalid_format" && issue.format === "email") return undefined;
  return `${name} is invalid`;
}
