import { CircleAlert } from "lucide-react";
import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

/** Screen readers read it immediately, wherever the focus is. */
export function Alert({ className, children, ...props }: ComponentProps<"div">) {
  return (
    <div
      data-slot="alert"
      role="alert"
      className={cn(
        "flex gap-2.5 rounded-md border border-destructive/30 bg-destructive/6 px-3 py-2.5 text-[13px] text-destructive dark:bg-destructive/10",
        className,
      )}
      {...props}
    >
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0 wrap-anywhere">{children}</div>
    </div>
  );
}
