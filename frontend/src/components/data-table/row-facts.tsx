import type { ReactNode } from "react";
import { CopyButton } from "@/components/ui/copy-button";
import { formatDateTime } from "@/lib/format";

interface RowFactsProps {
  row: { id: string; created_at: string };
  /** Additional `<RowFact>`s. */
  children?: ReactNode;
}

/** Read-only facts about an open row. */
export function RowFacts({ row, children }: RowFactsProps) {
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] items-center gap-x-6 gap-y-2 border-t pt-5 text-[13px]">
      {children}
      <RowFact title="Created">{formatDateTime(row.created_at)}</RowFact>
      <RowFact title="ID">
        <span className="flex items-center gap-1">
          <span className="truncate font-mono text-xs">{row.id}</span>
          <CopyButton text={row.id} label="Copy ID" />
        </span>
      </RowFact>
    </dl>
  );
}

export function RowFact({ title, children }: { title: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted-foreground">{title}</dt>
      <dd className="min-w-0 truncate">{children}</dd>
    </>
  );
}
