import { RowFact } from "@/components/data-table/row-facts";
import { Button } from "@/components/ui/button";
import { formatDateTime, formatMoment } from "@/lib/format";
import type { Overlay } from "@/lib/overlay";
import { asTitle, canRetry, useJob } from "../api";
import type { JobAction } from "./job-dialog";
import { Block, Code, Facts, RecordSheet, RequestFact } from "./record-sheet";

interface JobSheetProps {
  id: string;
  overlay: Overlay<string>;
  onAction: (action: JobAction) => void;
}

export default function JobSheet({ id, overlay, onAction }: JobSheetProps) {
  const query = useJob(id);
  const job = query.data;
  return (
    <RecordSheet
      overlay={overlay}
      title={job?.name ?? "Job"}
      description={job ? asTitle(job.state) : `Job ${id}`}
      query={query}
      buttons={
        job && canRetry(job) ? (
          <Button onClick={() => onAction({ kind: "retry", job })}>Retry</Button>
        ) : (
          job?.state === "waiting" && (
            <Button variant="outline" onClick={() => onAction({ kind: "cancel", job })}>
              Cancel job
            </Button>
          )
        )
      }
    >
      {job && (
        <>
          <Facts>
            <RowFact title="ID">{job.id}</RowFact>
            <RowFact title="Queue">{job.queue}</RowFact>
            <RowFact title="Attempts">{job.attempts}</RowFact>
            <RowFact title="Created">{formatDateTime(job.created_at)}</RowFact>
            {job.next_run_at && (
              <RowFact title="Next run">{formatDateTime(job.next_run_at)}</RowFact>
            )}
            <RequestFact id={job.request_id} />
          </Facts>
          {job.last_error && (
            <Block title="Last error">
              <Code>{job.last_error}</Code>
            </Block>
          )}
          <Block title="Arguments">
            <Code>{JSON.stringify(job.arguments, null, 2)}</Code>
          </Block>
          <Block title="Events">
            <ol className="grid gap-1.5 text-[13px]">
              {job.events.map(({ at, event }) => (
                <li key={`${at} ${event}`} className="flex justify-between gap-4">
                  <span>{asTitle(event)}</span>
                  <time dateTime={at} className="text-muted-foreground">
                    {formatMoment(at)}
                  </time>
                </li>
              ))}
            </ol>
          </Block>
        </>
      )}
    </RecordSheet>
  );
}
