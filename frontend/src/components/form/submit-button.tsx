import type { ComponentProps } from "react";
import { type Control, type FieldValues, useFormState } from "react-hook-form";
import { Button } from "@/components/ui/button";
import { Spinner } from "@/components/ui/spinner";
import { useIsSent } from "./form";

interface SubmitButtonProps<Values extends FieldValues, Output>
  extends ComponentProps<typeof Button> {
  control: Control<Values, unknown, Output>;
}

/** Disabled while and after sending, to prevent a second request. Invalid fields show messages instead. */
export function SubmitButton<Values extends FieldValues, Output>({
  control,
  disabled,
  children,
  ...props
}: SubmitButtonProps<Values, Output>) {
  const { isSubmitting } = useFormState({ control });
  const isSent = useIsSent();
  return (
    <Button type="submit" disabled={isSubmitting || isSent || disabled} {...props}>
      {isSubmitting && <Spinner />}
      <span>{children}</span>
    </Button>
  );
}
