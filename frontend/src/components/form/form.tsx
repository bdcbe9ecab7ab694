import { createContext, type FormEvent, type ReactNode, use, useRef, useState } from "react";
import { type FieldValues, type UseFormReturn, useFormState } from "react-hook-form";
import { Alert } from "@/components/ui/alert";
import { applyServerErrors } from "@/lib/form";

interface FormProps<Values extends FieldValues, Output> {
  form: UseFormReturn<Values, unknown, Output>;
  /** Errors that it throws appear at their fields or above the form. */
  onSubmit: (values: Output) => Promise<void>;
  /** The form stays on the page: it can be submitted again when the user has changed something. */
  isReusable?: boolean;
  className?: string;
  children: ReactNode;
}

const IsSent = createContext(false);

/** Whether the form was submitted successfully. It is then closing, or has nothing new to submit. */
export const useIsSent = () => use(IsSent);

/** Submits once: after success it ignores Enter and clicks, because its sheet or page needs a moment to go away. */
export function Form<Values extends FieldValues, Output>({
  form,
  onSubmit,
  isReusable = false,
  className,
  children,
}: FormProps<Values, Output>) {
  const { errors } = useFormState({ control: form.control });
  const message = errors.root?.server?.message;
  const [isSent, setIsSent] = useState(false);
  // The state of the next render would come too late for a double click.
  const isLocked = useRef(false);

  const send = form.handleSubmit(async (values) => {
    try {
      await onSubmit(values);
      setIsSent(true);
    } catch (error) {
      isLocked.current = false;
      applyServerErrors(form, error);
    }
  }, unlock);
  function unlock() {
    isLocked.current = false;
    setIsSent(false);
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isLocked.current) return;
    isLocked.current = true;
    void send(event);
  };
  return (
    <form
      noValidate
      onSubmit={submit}
      onInput={() => isReusable && isSent && unlock()}
      className={className}
    >
      {message && <Alert>{message}</Alert>}
      <IsSent value={isSent}>{children}</IsSent>
    </form>
  );
}
