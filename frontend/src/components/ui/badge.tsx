import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

export function Badge({ className, ...props }: ComponentProps<"span">) {
  return (
    <span
      data-slot="badge"
      className={cn(
        "inline-flex h-5 shrink-0 items-center rounded-full border px-2 text-muted-foreground text-xs",
        className,
      )}
      {...props}
    />
  );
}
