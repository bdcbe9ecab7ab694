import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";
import { IS_MAC } from "@/lib/hotkeys";

interface KbdProps extends ComponentProps<"span"> {
  keys: string;
}

/** A shortcut in the spelling of `lib/hotkeys`, drawn as keys. Use `aria-hidden` inside a control's name. */
export function Kbd({ keys, className, ...props }: KbdProps) {
  return (
    <span data-slot="kbd" className={cn("inline-flex shrink-0 gap-1", className)} {...props}>
      {keys.split(/[ +]/).map((key, index) => (
        <kbd
          // biome-ignore lint/suspicious/noArrayIndexKey: the keys of one shortcut never change places
          key={index}
          className="inline-flex h-5 min-w-5 items-center justify-center rounded-sm border bg-background px-1 font-sans text-[11px] text-muted-foreground leading-none"
        >
          {label(key)}
        </kbd>
      ))}
    </span>
  );
}

function label(key: string) {
  if (key === "mod") return IS_MAC ? "⌘" : "Ctrl";
  return key.length === 1 ? key.toUpperCase() : key;
}
