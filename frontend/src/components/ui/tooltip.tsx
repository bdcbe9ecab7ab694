import { Tooltip as TooltipPrimitive } from "radix-ui";
import type { ReactElement } from "react";

export const TooltipProvider = TooltipPrimitive.Provider;

/** A visible name for an icon button, which keeps its own `aria-label`. */
export function Tooltip({ label, children }: { label: string; children: ReactElement }) {
  return (
    <TooltipPrimitive.Root>
      <TooltipPrimitive.Trigger asChild>{children}</TooltipPrimitive.Trigger>
      <TooltipPrimitive.Portal>
        <TooltipPrimitive.Content
          data-slot="tooltip"
          sideOffset={6}
          className="z-50 animate-in rounded-md bg-foreground px-2 py-1 text-background text-xs duration-100 fade-in-0 zoom-in-98"
        >
          {label}
        </TooltipPrimitive.Content>
      </TooltipPrimitive.Portal>
    </TooltipPrimitive.Root>
  );
}
