import { readJobsOptions, readMailsOptions } from "@app/sdk/react-query";
import { listQuery } from "@/lib/list-query";
import { oneOf, tableSearch, toListQuery, uuid } from "@/lib/table-search";

// Separate from `api.ts`: the router needs this before the page's code has loaded.

/** Only while the page is visible. A trigger for each change of a job would slow the worker down. */
export const POLL_MS = 5_000;

/** The sort orders of the API; the first one is the default. */
export const SORTS = ["-created_at", "created_at"] as const;

export const JOB_STATES = [
  "waiting",
  "running",
  "succeeded",
  "failed",
  "cancelled",
  "aborted",
] as const;
export const MAIL_STATES = ["queued", "sent", "failed", "skipped"] as const;

const REQUEST_ID = /^[\w.-]{8,64}$/;

export const requestId = (value: unknown) =>
  typeof value === "string" && REQUEST_ID.test(value) ? value : undefined;

const name = (value: unknown) =>
  typeof value === "string" && value.length > 0 && value.length <= 128 ? value : undefined;

/** Digits: the URL can have a number. */
const jobId = (value: unknown) =>
  /^[1-9]\d{0,17}$/.test(String(value)) ? String(value) : undefined;

/** `state`, `queue`, `name` and `request` filter the list; `job` is the id of the open row. */
export const jobSearch = tableSearch(SORTS, {
  state: oneOf(...JOB_STATES),
  queue: name,
  name,
  request: requestId,
  job: jobId,
});
export type JobSearch = ReturnType<typeof jobSearch>;

export function jobsQuery({ state, queue, name, request, ...search }: JobSearch) {
  const query = {
    ...toListQuery(search),
    ...(state && { state }),
    ...(queue && { queue }),
    ...(name && { name }),
    ...(request && { request_id: request }),
  };
  return { ...listQuery(readJobsOptions({ query })), refetchInterval: POLL_MS };
}

/** `state`, `template` and `request` filter the list; `mail` is the id of the open row. */
export const mailSearch = tableSearch(SORTS, {
  state: oneOf(...MAIL_STATES),
  template: name,
  request: requestId,
  mail: uuid,
});
export type MailSearch = ReturnType<typeof mailSearch>;

export function mailsQuery({ state, template, request, ...search }: MailSearch) {
  const query = {
    ...toListQuery(search),
    ...(state && { state }),
    ...(template && { template }),
    ...(request && { request_id: request }),
  };
  return { ...listQuery(readMailsOptions({ query })), refetchInterval: POLL_MS };
}
