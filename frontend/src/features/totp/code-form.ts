import { zTotpReset } from "@app/sdk/zod";
import * as z from "zod/mini";
import { requiredText } from "@/lib/zod";

export const digitsOf = (text: string) => text.replace(/\s/g, "");

export const isComplete = (text: string) => /^\d{6}$/.test(digitsOf(text));

const code = z.string().check(
  z.refine((text) => digitsOf(text) !== "", { error: "Code is required", abort: true }),
  z.refine(isComplete, "Enter the six digits that your app shows"),
);

export const codeSchema = z.object({ code });
export const answerSchema = z.object({ answer: code, trust: z.boolean() });

export const recoverySchema = z.object({
  answer: z.string().check(
    z.trim(),
    z.refine((text) => text !== "", { error: "Recovery code is required", abort: true }),
    z.maxLength(100, "Enter one of your recovery codes"),
  ),
});

export const resetSchema = z.object({ reason: requiredText("Reason", zTotpReset.shape.reason) });
