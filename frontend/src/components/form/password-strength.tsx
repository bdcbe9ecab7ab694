import { useCallback, useEffect, useState } from "react";
import { type FieldPath, type FieldValues, type UseFormReturn, useWatch } from "react-hook-form";
import { cn } from "@/lib/cn";

const LEVELS = ["Very weak", "Weak", "Fair", "Strong", "Very strong"] as const;
const SEGMENTS = [1, 2, 3, 4] as const;
const PAUSE = 150;

interface PasswordStrengthProps<Values extends FieldValues, Output> {
  form: UseFormReturn<Values, unknown, Output>;
  name: FieldPath<Values>;
}

/** Says how hard the typed password is to guess. It stands beside the label, where its text moves nothing. */
export function PasswordStrength<Values extends FieldValues, Output>({
  form,
  name,
}: PasswordStrengthProps<Values, Output>) {
  const password: unknown = useWatch({ control: form.control, name });
  const words = useCallback(() => wordsOf(form), [form]);
  const level = useStrength(typeof password === "string" ? password : "", words);
  return (
    <span
      role="status"
      className="flex items-center gap-1.5 text-[13px] text-muted-foreground"
      data-testid="password-strength"
    >
      {level !== undefined && (
        <>
          <span aria-hidden className="flex gap-0.5">
            {SEGMENTS.map((segment) => (
              <span
                key={segment}
                className={cn(
                  "h-1 w-3.5 rounded-full",
                  segment <= level ? "bg-foreground" : "bg-border",
                )}
              />
            ))}
          </span>
          <span>{LEVELS[level]}</span>
        </>
      )}
    </span>
  );
}

/** Other values of the form that are easy guesses. */
function wordsOf<Values extends FieldValues, Output>(
  form: UseFormReturn<Values, unknown, Output>,
): string[] {
  const { email, full_name }: FieldValues = form.getValues();
  const texts = [email, full_name].filter((text): text is string => typeof text === "string");
  return texts.flatMap((text) => [text, ...text.split(/[\s@.]+/)]).filter((word) => word !== "");
}

/** The level of the password, after a pause in typing. Undefined without a password, and until the estimator is there. */
function useStrength(password: string, words: () => string[]) {
  const [found, setFound] = useState<{ password: string; level: 0 | 1 | 2 | 3 | 4 }>();
  useEffect(() => {
    if (!password) return setFound(undefined);
    let isCurrent = true;
    const estimate = async () => {
      const { estimateStrength } = await import("@/lib/password-strength");
      if (isCurrent) setFound({ password, level: estimateStrength(password, words()) });
    };
    // Without the estimator, for example offline, the form works all the same.
    const timer = setTimeout(() => void estimate().catch(() => undefined), PAUSE);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [password, words]);
  return password ? found?.level : undefined;
}
