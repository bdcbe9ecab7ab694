import { MailCheck } from "lucide-react";
import type { ReactNode } from "react";

/** Replaces a form whose submit has sent an email. */
export function MailSent({ children }: { children: ReactNode }) {
  return (
    <div
      role="status"
      // The button that had the focus no longer exists.
      ref={(element) => element?.focus()}
      tabIndex={-1}
      className="grid justify-items-center gap-3 text-center outline-none"
    >
      <MailCheck aria-hidden className="size-6 text-primary" />
      {children}
    </div>
  );
}
