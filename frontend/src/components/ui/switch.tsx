import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

/** The native checkbox, drawn as a switch. */
export function Switch({ className, ...props }: ComponentProps<"input">) {
  return (
    <input
      data-slot="switch"
      {...props}
      type="checkbox"
      // biome-ignore lint/a11y/useAriaPropsForRole: a native checkbox exposes its own checked state
      role="switch"
      className={cn(
        "relative h-5 w-9 shrink-0 cursor-pointer appearance-none rounded-full bg-muted-foreground/60 transition-colors duration-100",
        "before:absolute before:start-0.5 before:top-0.5 before:size-4 before:rounded-full before:bg-background before:transition-transform before:duration-100",
        "after:absolute after:-inset-3",
        "checked:bg-primary checked:before:translate-x-4 disabled:cursor-not-allowed disabled:opacity-50",
        className,
      )}
    />
  );
}
