import type { ComponentProps } from "react";
import { type Control, type FieldValues, useFormState } from "react-hook-form";
import { Button } from "@/components/ui/button";
import { Spinner } from "@/components/ui/spinner";

interface SubmitButtonProps<Values extends FieldValues, Output>
  extends ComponentProps<typeof Button> {
  control: Control<Values, unknown, Output>;
}

/** Disabled only while sending, to prevent a second request. Invalid fields show messages instead of disabling it. */
export function SubmitButton<Values extends FieldValues, Output>({
  control,
  disabled,
  children,
  ...props
}: SubmitButtonProps<Values, Output>) {
  const { isSubmitting } = useFormState({ control });
  return (
    <Button type="submit" disabled={isSubmitting || disabled} {...props}>
      {isSubmitting && <Spinner />}
      {children}
    </Button>
  );
}
