import { type ReactNode, useId } from "react";
import { type FieldValues, type UseFormReturn, useFormState } from "react-hook-form";
import { Card, CardFooter, CardHeading } from "@/components/ui/card";
import { DiscardDialog, useDiscardGuard } from "./discard-guard";
import { Form } from "./form";
import { SubmitButton } from "./submit-button";

interface FormCardProps<Values extends FieldValues, Output> {
  form: UseFormReturn<Values, unknown, Output>;
  title: string;
  description: string;
  /** Text beside the button. */
  hint?: string;
  submitLabel: string;
  /** Disables the button until something changes, for forms that start with saved values. */
  saveWhenDirty?: boolean;
  /** Must reset the form when it is done. Until then the input counts as unsaved. */
  onSubmit: (values: Output) => Promise<void>;
  children: ReactNode;
}

/** A form as part of a page. Leaving the page with unsaved input asks first. */
export function FormCard<Values extends FieldValues, Output>({
  form,
  title,
  description,
  hint,
  submitLabel,
  saveWhenDirty = false,
  onSubmit,
  children,
}: FormCardProps<Values, Output>) {
  const id = useId();
  const { isDirty } = useFormState({ control: form.control });
  const guard = useDiscardGuard(isDirty);
  return (
    <Card aria-labelledby={id}>
      <Form form={form} onSubmit={onSubmit} className="[&>[role=alert]]:mx-5 [&>[role=alert]]:mt-5">
        <CardHeading id={id} title={title} description={description} />
        <div className="grid gap-5 p-5">{children}</div>
        <CardFooter>
          {hint && <p className="me-auto text-[13px] text-muted-foreground">{hint}</p>}
          <SubmitButton control={form.control} disabled={saveWhenDirty && !isDirty}>
            {submitLabel}
          </SubmitButton>
        </CardFooter>
      </Form>
      <DiscardDialog guard={guard} />
    </Card>
  );
}
