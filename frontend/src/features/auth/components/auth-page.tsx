import type { ReactNode } from "react";

interface AuthPageProps {
  title: string;
  description: ReactNode;
  children: ReactNode;
  footer: ReactNode;
}

/** The one column of every page for visitors. */
export function AuthPage({ title, description, children, footer }: AuthPageProps) {
  return (
    <>
      <div className="mb-6 text-center">
        <h1 className="font-semibold text-xl">{title}</h1>
        <p className="mt-1.5 text-pretty text-muted-foreground">{description}</p>
      </div>
      <div className="rounded-xl border bg-card p-6">{children}</div>
      <p className="mt-6 text-center text-muted-foreground">{footer}</p>
    </>
  );
}
