import type { JobDetail, JobPublic, MailPublic } from "@app/sdk";

/** API responses for tests. */

export const REQUEST = "the-id-of-a-request";

export const failedJob = (changes: Partial<JobPublic> = {}): JobPublic => ({
  id: "7",
  name: "users.delete_avatar",
  queue: "default",
  state: "failed",
  priority: 0,
  attempts: 3,
  created_at: "2026-01-02T10:20:30Z",
  next_run_at: null,
  request_id: REQUEST,
  last_error: "StorageError('no reply')",
  ...changes,
});

export const detailOf = (job: JobPublic): JobDetail => ({
  ...job,
  arguments: { user_id: "0198a000-0000-7000-8000-000000000009", token: "***" },
  events: [
    { at: "2026-01-02T10:20:30Z", event: "enqueued" },
    { at: "2026-01-02T10:20:31Z", event: "failed" },
  ],
});

export const sentMail = (changes: Partial<MailPublic> = {}): MailPublic => ({
  id: "0198a000-0000-7000-8000-000000000301",
  template: "auth.password_recovery",
  recipient: "grace@example.com",
  recipient_id: "0198a000-0000-7000-8000-000000000009",
  subject: "Workbench - Password recovery",
  state: "sent",
  attempts: 1,
  last_error: null,
  message_id: "<one@example.com>",
  request_id: REQUEST,
  created_at: "2026-01-02T10:20:30Z",
  attempted_at: "2026-01-02T10:20:31Z",
  sent_at: "2026-01-02T10:20:31Z",
  ...changes,
});
