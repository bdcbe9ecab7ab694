import { type ReactNode, useId } from "react";
import {
  type FieldPath,
  type FieldValues,
  type UseFormReturn,
  useFormState,
} from "react-hook-form";
import { Button } from "@/components/ui/button";
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

/** A form as part of a page. Cancel restores the saved values. Leaving the page with unsaved input asks first. */
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
  const undo = () => {
    form.reset();
    const [first] = Object.keys(form.getValues());
    // The Cancel button that had the focus is then gone, and the form has its fields again.
    if (first) setTimeout(() => form.setFocus(first as FieldPath<Values>));
  };
  return (
    <Card aria-labelledby={id}>
      <Form
        form={form}
        onSubmit={onSubmit}
        isReusable
        className="[&>[role=alert]]:mx-5 [&>[role=alert]]:mt-5"
      >
        <CardHeading id={id} title={title} description={description} />
        <div className="grid gap-5 p-5">{children}</div>
        <CardFooter>
          {hint && <p className="me-auto text-[13px] text-muted-foreground">{hint}</p>}
          {isDirty && (
            <Button variant="outline" onClick={undo}>
              Cancel
            </Button>
          )}
          <SubmitButton control={form.control} disabled={saveWhenDirty && !isDirty}>
            {submitLabel}
          </SubmitButton>
        </CardFooter>
      </Form>
      <DiscardDialog guard={guard} />
    </Card>
  );
}
