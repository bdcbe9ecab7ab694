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
        "relative h-5 w-9 shrink-0 cursor-pointer appearance-none rounded-full bg-muted-foreground transition-colors duration-100",
        "before:absolute before:start-0.5 before:top-0.5 before:size-4 before:rounded-full before:bg-background before:transition-transform before:duration-100",
        "after:absolute after:-inset-3",
        "checked:bg-primary checked:before:translate-x-4 disabled:cursor-not-allowed disabled:opacity-50",
        // Forced colours remove backgrounds, so the switch names the system's own.
        "forced-colors:border forced-colors:border-[ButtonText] forced-colors:bg-[ButtonFace] forced-colors:forced-color-adjust-none forced-colors:before:-m-px forced-colors:before:bg-[ButtonText]",
        "forced-colors:checked:border-[Highlight] forced-colors:checked:bg-[Highlight] forced-colors:checked:before:bg-[HighlightText]",
        className,
      )}
    />
  );
}
