import { type LucideIcon, SearchX } from "lucide-react";
import { LoadError } from "@/components/layout/load-error";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import type { Noun } from "@/lib/noun";
import { isolated } from "@/lib/text";

interface TableNoticeProps {
  noun: Noun;
  error: unknown;
  q: string;
  isFiltered: boolean;
  /** Shown when the list has no rows at all. */
  empty: { icon: LucideIcon; title: string; description: string };
  onRetry: () => void;
  onClear: () => void;
}

/** Replaces the rows when there are none: an error, nothing found, or nothing yet. */
export function TableNotice({
  noun,
  error,
  q,
  isFiltered,
  empty,
  onRetry,
  onClear,
}: TableNoticeProps) {
  const many = noun.many.toLowerCase();
  if (error) return <LoadError title={`Couldn't load ${many}`} error={error} onRetry={onRetry} />;
  if (q || isFiltered) {
    const criteria = [q && `“${isolated(q)}”`, isFiltered && "these filters"].filter(Boolean);
    return (
      <Empty
        icon={SearchX}
        title={`No ${many} found`}
        description={`No ${many} match ${criteria.join(" and ")}.`}
      >
        <Button variant="outline" onClick={onClear}>
          {isFiltered ? "Clear filters" : "Clear search"}
        </Button>
      </Empty>
    );
  }
  return <Empty {...empty} />;
}
