import { createLink } from "@tanstack/react-router";
import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

/** A router link inside running text. */
export const TextLink = createLink(({ className, ...props }: ComponentProps<"a">) => (
  <a
    className={cn(
      "rounded-xs font-medium text-primary underline decoration-primary/40 underline-offset-4 hover:decoration-primary",
      className,
    )}
    {...props}
  />
));
