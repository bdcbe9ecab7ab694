import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";
import { Label } from "./label";

export function Field({ className, ...props }: ComponentProps<"div">) {
  return (
    <div
      data-slot="field"
      className={cn("grid grid-cols-[minmax(0,1fr)] gap-2", className)}
      {...props}
    />
  );
}

export function FieldLabel(props: ComponentProps<typeof Label>) {
  return <Label data-slot="field-label" {...props} />;
}

export function FieldError({ className, ...props }: ComponentProps<"p">) {
  return (
    <p
      data-slot="field-error"
      className={cn("text-[13px] text-destructive wrap-anywhere", className)}
      {...props}
    />
  );
}

export function FieldHint({ className, ...props }: ComponentProps<"p">) {
  return (
    <p
      data-slot="field-hint"
      className={cn("text-[13px] text-muted-foreground", className)}
      {...props}
    />
  );
}
