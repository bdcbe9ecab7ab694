import { CalendarDays } from "lucide-react";
import type { ComponentProps, MouseEvent } from "react";
import type { FieldValues } from "react-hook-form";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { FormField, type FormFieldProps } from "./field";

type DateFieldProps<Values extends FieldValues, Output> = FormFieldProps<Values, Output> &
  Omit<ComponentProps<"input">, "form" | "name" | "type">;

/** A day without a time. Its value is the API's text: "2026-11-28", or "" when it is empty. */
export function DateField<Values extends FieldValues, Output>({
  form,
  name,
  label,
  hint,
  ...props
}: DateFieldProps<Values, Output>) {
  return (
    <FormField form={form} name={name} label={label} hint={hint}>
      {(control) => (
        <div className="relative">
          <Input
            {...form.register(name)}
            {...control}
            {...props}
            type="date"
            // Chromium's own button is a tab stop without a focus ring.
            className="pe-10 [&::-webkit-calendar-picker-indicator]:hidden"
          />
          <Button
            variant="ghost"
            size="icon-sm"
            aria-label="Open the calendar"
            onClick={openCalendar}
            className="absolute end-0.5 top-1/2 -translate-y-1/2 text-muted-foreground hover:bg-transparent"
          >
            <CalendarDays aria-hidden />
          </Button>
        </div>
      )}
    </FormField>
  );
}

function openCalendar({ currentTarget }: MouseEvent<HTMLElement>) {
  currentTarget.parentElement?.querySelector("input")?.showPicker();
}
