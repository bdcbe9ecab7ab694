import { Download, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Tooltip } from "@/components/ui/tooltip";
import type { downloadCsv, Progress } from "@/lib/csv-download";
import { formatNumber } from "@/lib/format";
import { counted, type Noun } from "@/lib/noun";
import { toastError, toastSuccess } from "@/lib/toast";

export type ExportRequest = Parameters<typeof downloadCsv>[0];

interface ExportButtonProps {
  noun: Noun;
  isEmpty: boolean;
  request: ExportRequest;
}

/** Saves the filtered list as CSV and shows the progress. Leaving the page cancels it. */
export function ExportButton({ noun, isEmpty, request }: ExportButtonProps) {
  const [progress, setProgress] = useState<Progress>();
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);

  const start = async () => {
    running.current = new AbortController();
    const { signal } = running.current;
    setProgress({ rows: 0, total: 0 });
    try {
      const { downloadCsv } = await import("@/lib/csv-download");
      const name = `${noun.many.toLowerCase()}.csv`;
      const rows = await downloadCsv(request, name, { signal, onProgress: setProgress });
      void toastSuccess(`${counted(noun, rows)} exported`);
    } catch (error) {
      if (!signal.aborted) void toastError(error);
    } finally {
      setProgress(undefined);
    }
  };

  if (progress) {
    return <Running noun={noun} progress={progress} onCancel={() => running.current?.abort()} />;
  }
  return (
    <Tooltip label="Export as CSV">
      <Button
        variant="outline"
        size="icon-sm"
        aria-label="Export as CSV"
        disabled={isEmpty}
        onClick={() => void start()}
      >
        <Download aria-hidden />
      </Button>
    </Tooltip>
  );
}

interface RunningProps {
  noun: Noun;
  progress: Progress;
  onCancel: () => void;
}

function Running({ noun, progress: { rows, total }, onCancel }: RunningProps) {
  const isKnown = total > 0;
  const share = isKnown ? Math.min(100, Math.floor((rows / total) * 100)) : 0;
  return (
    <div className="flex h-8 items-center gap-2 rounded-md border border-control ps-3 text-[13px] pointer-coarse:h-11">
      <span
        role="progressbar"
        aria-label={`Exporting ${noun.many.toLowerCase()}`}
        aria-valuenow={isKnown ? share : undefined}
        className="relative h-1 w-16 overflow-hidden rounded-full bg-muted forced-colors:border"
      >
        <span
          className="absolute inset-y-0 start-0 bg-primary forced-colors:bg-[Highlight] transition-[width]"
          style={{ width: `${share}%` }}
        />
      </span>
      <span className="min-w-12 text-muted-foreground tabular-nums">
        {isKnown ? `${share}%` : formatNumber(rows)}
      </span>
      <Button
        variant="ghost"
        size="icon-sm"
        aria-label="Cancel export"
        onClick={onCancel}
        className="h-full rounded-s-none"
      >
        <X aria-hidden />
      </Button>
    </div>
  );
}
