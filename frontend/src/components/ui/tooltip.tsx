import { Tooltip as TooltipPrimitive } from "radix-ui";
import type { ComponentProps, ReactElement } from "react";
import { Kbd } from "./kbd";

export const TooltipProvider = TooltipPrimitive.Provider;

interface TooltipProps extends Pick<ComponentProps<typeof TooltipPrimitive.Content>, "side"> {
  label: string;
  /** The equivalent shortcut, in the spelling of `lib/hotkeys`. */
  keys?: string;
  children: ReactElement;
}

/** A visible name for an icon button, which keeps its own `aria-label`. */
export function Tooltip({ label, keys, side, children }: TooltipProps) {
  return (
    <TooltipPrimitive.Root>
      <TooltipPrimitive.Trigger asChild>{children}</TooltipPrimitive.Trigger>
      <TooltipPrimitive.Portal>
        <TooltipPrimitive.Content
          data-slot="tooltip"
          side={side}
          sideOffset={6}
          className="z-50 flex max-w-72 animate-in items-center gap-2 rounded-md border border-transparent bg-foreground px-2 py-1 text-background text-xs wrap-anywhere duration-100 fade-in-0 zoom-in-98"
        >
          {label}
          {keys && <Kbd keys={keys} />}
        </TooltipPrimitive.Content>
      </TooltipPrimitive.Portal>
    </TooltipPrimitive.Root>
  );
}
