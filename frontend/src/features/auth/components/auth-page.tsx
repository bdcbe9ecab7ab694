import { type ReactNode, useEffect, useRef } from "react";
import type { FieldValues, UseFormReturn } from "react-hook-form";
import { Form } from "@/components/form/form";
import { SubmitButton } from "@/components/form/submit-button";

interface AuthPageProps<Values extends FieldValues, Output> {
  title: string;
  description: ReactNode;
  /** Above the form: why the user is here. */
  notice?: string;
  footer?: ReactNode;
  form: UseFormReturn<Values, unknown, Output>;
  submitLabel: string;
  onSubmit: (values: Output) => Promise<void>;
  /** The form fields. */
  children: ReactNode;
  /** Below the form: further ways. */
  options?: ReactNode;
  /** Replaces the form after a successful submit. */
  result?: ReactNode;
}

/** The layout of every page for visitors: a form, and links to related pages. */
export function AuthPage<Values extends FieldValues, Output>({
  title,
  description,
  notice,
  footer,
  form,
  submitLabel,
  onSubmit,
  children,
  options,
  result,
}: AuthPageProps<Values, Output>) {
  const column = useRef<HTMLDivElement>(null);
  const hasForm = !result;
  useEffect(() => {
    if (hasForm) focusFirstEmpty(column.current);
  }, [hasForm]);
  return (
    <>
      <div className="mb-6 text-center">
        <h1 className="font-semibold text-xl">{title}</h1>
        <p className="mt-1.5 text-pretty text-muted-foreground">{description}</p>
      </div>
      <div ref={column} className="rounded-xl border bg-card p-6">
        {notice && (
          <p role="status" className="mb-5 rounded-md bg-muted px-3 py-2.5 text-[13px]">
            {notice}
          </p>
        )}
        {result ?? (
          <Form form={form} onSubmit={onSubmit} className="grid gap-5">
            {children}
            <SubmitButton control={form.control}>{submitLabel}</SubmitButton>
          </Form>
        )}
        {options && <div>{options}</div>}
      </div>
      {footer && <p className="mt-6 text-center text-muted-foreground">{footer}</p>}
    </>
  );
}

/** Focuses the first empty field so that users can type immediately, or the submit button when all are filled. */
function focusFirstEmpty(column: HTMLElement | null) {
  const fields = [...(column?.querySelectorAll("input") ?? [])];
  const next = fields.find(({ value }) => !value) ?? column?.querySelector("[type=submit]");
  if (next instanceof HTMLElement) next.focus({ preventScroll: true });
}
