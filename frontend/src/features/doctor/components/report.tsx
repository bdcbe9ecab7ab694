import type { DoctorReport } from "@app/sdk";
import { CircleAlert, Stethoscope } from "lucide-react";
import { RequestId } from "@/components/layout/request-id";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { Skeleton } from "@/components/ui/skeleton";
import { errorMessage } from "@/lib/errors";
import { formatDateTime } from "@/lib/format";
import { GROUPS, summary } from "../api";
import { FindingGroup } from "./finding-group";

interface ReportProps {
  report: DoctorReport | undefined;
  error: unknown;
  onRetry: () => void;
}

/** What was found, or why there is nothing to show. */
export function Report({ report, error, onRetry }: ReportProps) {
  if (error) {
    const description = (
      <>
        {errorMessage(error)}
        <RequestId error={error} />
      </>
    );
    return (
      <div role="alert">
        <Empty icon={CircleAlert} title="The set-up was not checked" description={description}>
          <Button variant="outline" onClick={onRetry}>
            Try again
          </Button>
        </Empty>
      </div>
    );
  }
  if (!report) return <Skeleton className="h-96" />;
  const { findings, checked_at } = report;
  if (findings.length === 0) {
    return (
      <Empty icon={Stethoscope} title="No findings" description="There was nothing to look at." />
    );
  }
  return (
    <div className="grid grid-cols-1 gap-6">
      <p role="status" className="text-muted-foreground">
        {summary(findings)}. Checked on{" "}
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
