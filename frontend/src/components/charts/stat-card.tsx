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
    <Card aria-label={title} className="min-h-32 min-w-0 justify-between gap-1 p-5">
      <h2 className="text-[13px] text-muted-foreground wrap-anywhere">{title}</h2>
      <div className="flex items-center gap-6">
        <p className="font-semibold text-2xl tabular-nums tracking-tight">{formatNumber(value)}</p>
        <div className="ms-auto max-w-3/5 min-w-0 flex-1">{children}</div>
      </div>
      <p className="text-[13px] text-muted-foreground wrap-anywhere">{hint}</p>
    </Card>
  );
}
