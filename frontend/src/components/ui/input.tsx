import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

/** 16 px on phones, because iOS zooms into fields with smaller text. */
export const inputClassName = [
  "w-full min-w-0 rounded-md border border-input bg-background px-3 text-base transition-colors duration-100 md:text-sm dark:bg-card",
  "placeholder:text-muted-foreground disabled:cursor-not-allowed disabled:opacity-50",
  "focus-visible:border-ring focus-visible:outline-offset-0",
  "aria-invalid:border-destructive aria-invalid:focus-visible:outline-destructive",
].join(" ");

export function Input({ className, ...props }: ComponentProps<"input">) {
  return (
    <input
      data-slot="input"
      dir="auto"
      className={cn(inputClassName, "h-9 pointer-coarse:h-11", className)}
      {...props}
    />
  );
}
