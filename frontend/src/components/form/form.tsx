import type { ReactNode } from "react";
import { type FieldValues, type UseFormReturn, useFormState } from "react-hook-form";
import { Alert } from "@/components/ui/alert";
import { applyServerErrors } from "@/lib/form";

interface FormProps<Values extends FieldValues, Output> {
  form: UseFormReturn<Values, unknown, Output>;
  /** Errors that it throws appear at their fields or above the form. */
  onSubmit: (values: Output) => Promise<void>;
  className?: string;
  children: ReactNode;
}

export function Form<Values extends FieldValues, Output>({
  form,
  onSubmit,
  className,
  children,
}: FormProps<Values, Output>) {
  const { errors } = useFormState({ control: form.control });
  const message = errors.root?.server?.message;
  const submit = form.handleSubmit(async (values) => {
    try {
      await onSubmit(values);
    } catch (error) {
      applyServerErrors(form, error);
    }
  });
  return (
    <form noValidate onSubmit={(event) => void submit(event)} className={className}>
      {message && <Alert>{message}</Alert>}
      {children}
    </form>
  );
}
