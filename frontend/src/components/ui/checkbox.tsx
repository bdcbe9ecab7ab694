import { type ComponentProps, type Ref, useCallback } from "react";
import { cn } from "@/lib/cn";

interface CheckboxProps extends Omit<ComponentProps<"input">, "type"> {
  /** Some, but not all, of its rows are checked. */
  indeterminate?: boolean;
}

/** The native checkbox in the project's colour. */
export function Checkbox({ indeterminate = false, className, ref, ...props }: CheckboxProps) {
  const setRef = useCallback(
    (element: HTMLInputElement | null) => {
      // It has no HTML attribute.
      if (element) element.indeterminate = indeterminate;
      assign(ref, element);
    },
    [ref, indeterminate],
  );
  return (
    <input
      ref={setRef}
      type="checkbox"
      data-slot="checkbox"
      className={cn("size-4 shrink-0 accent-primary disabled:opacity-50", className)}
      {...props}
    />
  );
}

function assign<Element>(ref: Ref<Element> | undefined, element: Element | null) {
  if (typeof ref === "function") ref(element);
  else if (ref) ref.current = element;
}
