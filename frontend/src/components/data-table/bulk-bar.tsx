import { Trash2, X } from "lucide-react";
import { Button } from "@/components/ui/button";
import { formatNumber } from "@/lib/format";

interface BulkBarProps {
  count: number;
  onDelete: () => void;
  onClear: () => void;
}

/** Actions for the selected rows, floating over the page. */
export default function BulkBar({ count, onDelete, onClear }: BulkBarProps) {
  return (
    <>
      {/* Keeps the last row and the pagination reachable. */}
      <div aria-hidden className="h-16" />
      <section
        aria-label="Selected rows"
        className="print:hidden fixed inset-x-0 bottom-4 z-30 mx-auto flex w-fit max-w-[calc(100%-1rem)] animate-in items-center gap-2 rounded-xl border bg-popover p-2 ps-4 shadow-black/10 shadow-lg duration-150 fade-in-0 slide-in-from-bottom-2"
      >
        <p aria-live="polite" className="me-2 text-[13px] tabular-nums">
          {formatNumber(count)} selected
        </p>
        <Button variant="destructive" size="sm" onClick={onDelete}>
          <Trash2 aria-hidden />
          Delete
        </Button>
        <Button variant="ghost" size="icon-sm" aria-label="Clear selection" onClick={onClear}>
          <X aria-hidden />
        </Button>
      </section>
    </>
  );
}
