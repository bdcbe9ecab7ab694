import type { ReactNode } from "react";
import { type FieldValues, type UseFormReturn, useFormState } from "react-hook-form";
import { Button } from "@/components/ui/button";
import {
  focusSheetOnTouch,
  Sheet,
  SheetContent,
  SheetDescription,
  SheetFooter,
  SheetHeader,
  SheetTitle,
} from "@/components/ui/sheet";
import type { Overlay } from "@/lib/overlay";
import { DiscardDialog, useDiscardGuard } from "./discard-guard";
import { Form } from "./form";
import { SubmitButton } from "./submit-button";

interface FormSheetProps<Values extends FieldValues, Output> {
  overlay: Pick<Overlay<unknown>, "open" | "hide" | "returnFocus">;
  form: UseFormReturn<Values, unknown, Output>;
  title: string;
  description: string;
  /** Disables the button until something changes, for forms that start with saved values. */
  saveWhenDirty?: boolean;
  submitLabel?: string;
  onSubmit: (values: Output) => Promise<void>;
  children: ReactNode;
}

/** A form in a sheet. Cancel discards the input; every other way out asks first. */
export function FormSheet<Values extends FieldValues, Output>({
  overlay,
  form,
  title,
  description,
  saveWhenDirty = false,
  submitLabel = "Save",
  onSubmit,
  children,
}: FormSheetProps<Values, Output>) {
  const { isDirty } = useFormState({ control: form.control });
  const guard = useDiscardGuard(isDirty, overlay);
  return (
    <Sheet open={overlay.open} onOpenChange={(open) => !open && guard.close()}>
      <SheetContent
        onOpenAutoFocus={saveWhenDirty ? focusSheetOnTouch : undefined}
        onCloseAutoFocus={overlay.returnFocus}
      >
        <SheetHeader>
          <SheetTitle>{title}</SheetTitle>
          <SheetDescription>{description}</SheetDescription>
        </SheetHeader>
        <Form
          form={form}
          onSubmit={async (values) => {
            await onSubmit(values);
            guard.leave();
          }}
          className="flex min-h-0 flex-1 flex-col [&>[role=alert]]:mx-5 [&>[role=alert]]:mt-5"
        >
          <div className="grid flex-1 content-start gap-5 overflow-y-auto p-5">{children}</div>
          <SheetFooter>
            <Button variant="outline" onClick={guard.leave}>
              Cancel
            </Button>
            <SubmitButton control={form.control} disabled={saveWhenDirty && !isDirty}>
              {submitLabel}
            </SubmitButton>
          </SheetFooter>
        </Form>
        <DiscardDialog guard={guard} />
      </SheetContent>
    </Sheet>
  );
}
