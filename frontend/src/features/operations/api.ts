import type { JobPublic, MailPublic } from "@app/sdk";
import {
  cancelJobMutation,
  readJobOptions,
  readMailOptions,
  readRequestStoryOptions,
  rerunJobMutation,
  sendMailAgainMutation,
} from "@app/sdk/react-query";
import { useQuery } from "@tanstack/react-query";
import { type Resource, useRowMutation } from "@/lib/rows";
import { POLL_MS } from "./list";

const TAG = "operations";

export const JOBS: Resource = { list: "readJobs", tag: TAG, noun: { one: "Job", many: "Jobs" } };
export const MAILS: Resource = {
  list: "readMails",
  tag: TAG,
  noun: { one: "Mail", many: "Mails" },
};

/** "waits for retry" as "Waits for retry". */
export const asTitle = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

export const mailTitle = ({ subject, template }: MailPublic) => subject ?? template;

export const canRetry = ({ state }: JobPublic) =>
  state === "failed" || state === "cancelled" || state === "aborted";

export function useJob(id: string) {
  return useQuery({ ...readJobOptions({ path: { job_id: id } }), refetchInterval: POLL_MS });
}

export function useMail(id: string) {
  return useQuery({ ...readMailOptions({ path: { mail_id: id } }), refetchInterval: POLL_MS });
}

export function useStory(id: string) {
  const options = readRequestStoryOptions({ path: { request_id: id } });
  return useQuery({ ...options, refetchInterval: POLL_MS });
}

export function useRetryJob() {
  const { mutate } = useRowMutation(JOBS, rerunJobMutation(), { success: "The job runs again" });
  return (job: JobPublic) => mutate({ path: { job_id: job.id } });
}

export function useCancelJob() {
  const { mutate } = useRowMutation(JOBS, cancelJobMutation(), {
    success: "The job was cancelled",
  });
  return (job: JobPublic) => mutate({ path: { job_id: job.id } });
}

export function useResendMail() {
  const { mutate } = useRowMutation(MAILS, sendMailAgainMutation(), {
    success: "The mail is queued again",
  });
  return (mail: MailPublic) => mutate({ path: { mail_id: mail.id } });
}
