import type { ReactNode } from "react";

interface PageHeaderProps {
  title: string;
  description: string;
  /** The one primary action. On phones it is below the text. */
  children?: ReactNode;
}

export function PageHeader({ title, description, children }: PageHeaderProps) {
  return (
    <div className="mb-6 flex flex-col gap-4 sm:flex-row sm:items-end sm:justify-between">
      <div className="min-w-0">
        <h1 className="line-clamp-2 font-semibold text-2xl wrap-anywhere">{title}</h1>
        <p className="mt-1 text-muted-foreground wrap-anywhere">{description}</p>
      </div>
      {children}
    </div>
  );
}
