import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

interface EmptyProps {
  icon: LucideIcon;
  title: string;
  description: ReactNode;
  children?: ReactNode;
}

/** Replaces a list or a page that has nothing to show. */
export function Empty({ icon: Icon, title, description, children }: EmptyProps) {
  return (
    <div data-slot="empty" className="flex flex-col items-center gap-1 px-6 py-14 text-center">
      <span className="mb-3 flex size-10 items-center justify-center rounded-lg border bg-background text-muted-foreground">
        <Icon aria-hidden className="size-5" />
      </span>
      <p className="max-w-full font-medium wrap-anywhere">{title}</p>
      <p className="w-full max-w-sm text-pretty text-muted-foreground wrap-anywhere">
        {description}
      </p>
      {children && <div className="mt-4 flex flex-wrap justify-center gap-2">{children}</div>}
    </div>
  );
}
