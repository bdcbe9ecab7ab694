import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

interface ProgressProps extends Omit<ComponentProps<"progress">, "max"> {
  /** From 0 to 1. */
  value: number;
}

/** The native progress bar in the project's colours. Its `aria-label` names the running task. */
export function Progress({ className, ...props }: ProgressProps) {
  return (
    <progress
      data-slot="progress"
      max={1}
      className={cn(
        "h-1.5 w-full appearance-none overflow-hidden rounded-full bg-muted forced-colors:appearance-auto",
        "[&::-moz-progress-bar]:bg-primary [&::-webkit-progress-bar]:bg-transparent [&::-webkit-progress-value]:bg-primary",
        className,
      )}
      {...props}
    />
  );
}
