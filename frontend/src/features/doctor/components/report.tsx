import type { DoctorReport } from "@app/sdk";
import { Stethoscope } from "lucide-react";
import { LoadError } from "@/components/layout/load-error";
import { Empty } from "@/components/ui/empty";
import { Skeleton } from "@/components/ui/skeleton";
import { formatDateTime } from "@/lib/format";
import { GROUPS, summary } from "../api";
import { FindingGroup } from "./finding-group";

interface ReportProps {
  report: DoctorReport | undefined;
  error: unknown;
  onRetry: () => void;
}

/** Shows the findings, or why there are none. */
export function Report({ report, error, onRetry }: ReportProps) {
  if (error) return <LoadError title="Couldn't run the checks" error={error} onRetry={onRetry} />;
  if (!report) return <Skeleton className="h-96" />;
  const { findings, checked_at } = report;
  if (findings.length === 0) {
    return <Empty icon={Stethoscope} title="No results" description="No checks were run." />;
  }
  return (
    <div className="grid grid-cols-1 gap-6">
      <p role="status" className="text-muted-foreground">
        {summary(findings)}. Last checked{" "}
        <time dateTime={checked_at}>{formatDateTime(checked_at)}</time>.
      </p>
      {GROUPS.map(({ state, title }) => {
        const own = findings.filter((finding) => finding.state === state);
        return (
          own.length > 0 && <FindingGroup key={state} state={state} title={title} findings={own} />
        );
      })}
    </div>
  );
}
