import type { ReactNode } from "react";
import { Card } from "@/components/ui/card";
import { formatNumber } from "@/lib/format";

interface StatCardProps {
  title: string;
  value: number;
  hint: ReactNode;
  /** A sparkline. */
  children?: ReactNode;
}

/** One number and its recent history. */
export function StatCard({ title, value, hint, children }: StatCardProps) {
  return (
    <Card aria-label={title} className="h-32 flex-row items-end gap-6 p-5">
      <div className="flex min-w-0 shrink-0 flex-col gap-1 self-stretch">
        <h2 className="text-[13px] text-muted-foreground">{title}</h2>
        <p className="font-semibold text-2xl tabular-nums tracking-tight">{formatNumber(value)}</p>
        <p className="mt-auto text-[13px] text-muted-foreground">{hint}</p>
      </div>
      <div className="min-w-0 flex-1">{children}</div>
    </Card>
  );
}
