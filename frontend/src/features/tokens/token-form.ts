import type { ApiTokenCreate } from "@app/sdk";
import { zApiTokenCreate } from "@app/sdk/zod";
import * as z from "zod/mini";
import { requiredText } from "@/lib/zod";

export const SCOPES = ["read", "write", "admin"] as const;

export const EXPIRIES = {
  "30": "30 days",
  "90": "90 days",
  "365": "365 days",
  custom: "On a date",
} as const;

const DAY_MS = 86_400_000;

/** How many days from today to a day such as "2026-11-28", by the user's calendar. */
export function daysUntil(day: string, today = new Date()) {
  const start = Date.UTC(today.getFullYear(), today.getMonth(), today.getDate());
  return Math.round((Date.parse(day) - start) / DAY_MS);
}

const fields = z.object({
  name: requiredText("Name", zApiTokenCreate.shape.name),
  read: z.boolean(),
  write: z.boolean(),
  admin: z.boolean(),
  expires: z.enum(["30", "90", "365", "custom"]),
  expires_on: z.string(),
});

type Values = z.output<typeof fields>;

const chosenScopes = (values: Values) => SCOPES.filter((scope) => values[scope]);

const expiresInDays = ({ expires, expires_on: day }: Values) =>
  expires === "custom" ? daysUntil(day) : Number(expires);

const isValidDay = (values: Values) =>
  zApiTokenCreate.shape.expires_in_days.safeParse(expiresInDays(values)).success;

/** Turns the form into the body of the request. */
export const tokenSchema = z.pipe(
  fields.check(
    z.refine((values) => chosenScopes(values).length > 0, {
      error: "Choose at least one scope",
      path: ["read"],
    }),
    z.refine(isValidDay, {
      error: "Choose a day after today, within 10 years",
      path: ["expires_on"],
    }),
  ),
  z.transform(
    (values): ApiTokenCreate => ({
      name: values.name,
      scopes: chosenScopes(values),
      expires_in_days: expiresInDays(values),
    }),
  ),
);

export const defaultValues: Values = {
  name: "",
  read: true,
  write: false,
  admin: false,
  expires: "30",
  expires_on: "",
};
