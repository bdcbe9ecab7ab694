import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

export function Label({ className, ...props }: ComponentProps<"label">) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: callers pass `htmlFor`
    <label
      data-slot="label"
      className={cn("font-medium text-[13px] leading-none select-none", className)}
      {...props}
    />
  );
}
