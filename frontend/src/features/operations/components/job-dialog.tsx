import type { JobPublic } from "@app/sdk";
import { ConfirmDialog } from "@/components/form/confirm-dialog";
import type { Overlay } from "@/lib/overlay";
import { useCancelJob, useRetryJob } from "../api";

export interface JobAction {
  kind: "retry" | "cancel";
  job: JobPublic;
}

/** Asks before a job runs again or is cancelled. */
export default function JobDialog({ overlay }: { overlay: Overlay<JobAction> }) {
  const retry = useRetryJob();
  const cancel = useCancelJob();
  if (!overlay.value) return null;
  const { kind, job } = overlay.value;
  const texts = {
    retry: {
      title: `Retry ${job.name}?`,
      description: "The worker runs the job again, with the same arguments and all of its retries.",
      confirmLabel: "Retry",
    },
    cancel: {
      title: `Cancel ${job.name}?`,
      description: "The job does not run. You can retry it later.",
      confirmLabel: "Cancel job",
    },
  }[kind];
  return (
    <ConfirmDialog
      {...texts}
      open={overlay.open}
      cancelLabel="Close"
      onConfirm={() => {
        overlay.hide();
        if (kind === "retry") retry(job);
        else cancel(job);
      }}
      onCancel={overlay.hide}
      onCloseAutoFocus={overlay.returnFocus}
    />
  );
}
