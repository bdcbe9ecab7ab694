import type { JobDetail, JobPublic, MailPublic, Message, RequestStory } from "@app/sdk";
import { json, list, many, REQUEST_ID } from "../answer";
import type { Api } from "../api";
import { person } from "./users";

const STATES = ["failed", "waiting", "succeeded", "running", "cancelled"] as const;
const MAIL_STATES = ["sent", "queued", "failed", "skipped"] as const;

const at = (index: number) => new Date(Date.UTC(2026, 0, 2) - index * 3_600_000).toISOString();

/** The job at a position in the list. */
export function job(index: number): JobPublic {
  const state = STATES[index % STATES.length] ?? "failed";
  return {
    id: String(1000 - index),
    name: index % 2 ? "users.delete_avatar" : "mail.send_mail",
    queue: index % 2 ? "default" : "mail",
    state,
    priority: 0,
    attempts: state === "failed" ? 12 : 1,
    created_at: at(index),
    next_run_at: state === "waiting" ? at(index - 1) : null,
    request_id: index % 3 ? REQUEST_ID : null,
    last_error: state === "failed" ? "Unreachable('no reply from smtp.example.com:587')" : null,
  };
}

export const jobDetail = (index: number): JobDetail => ({
  ...job(index),
  arguments: { mail_id: "0198a000-0000-7000-8000-000000006001", token: "***" },
  events: [
    { at: at(index), event: "enqueued" },
    { at: at(index), event: "started" },
    { at: at(index), event: "failed" },
  ],
});

/** The mail at a position in the list. */
export function mail(index: number): MailPublic {
  const { id, email } = person(index % 9);
  const state = MAIL_STATES[index % MAIL_STATES.length] ?? "sent";
  return {
    id: `0198a000-0000-7000-8000-${String(index + 6001).padStart(12, "0")}`,
    template: "auth.password_recovery",
    recipient: index % 5 === 4 ? null : email,
    recipient_id: id,
    subject: state === "queued" ? null : "Workbench - Password recovery",
    state,
    attempts: state === "queued" ? 0 : 1,
    last_error: state === "failed" ? "550 no such user" : null,
    message_id: "<0198a000@example.com>",
    request_id: REQUEST_ID,
    created_at: at(index),
    attempted_at: state === "queued" ? null : at(index),
    sent_at: state === "sent" ? at(index) : null,
  };
}

export const story = (id: string): RequestStory => ({
  request_id: id,
  events: [
    { at: at(2), kind: "mail", title: "Workbench - Password recovery", event: "queued" },
    { at: at(2), kind: "job", title: "mail.send_mail", event: "enqueued", link: "/jobs?job=1000" },
    {
      at: at(1),
      kind: "job",
      title: "mail.send_mail",
      event: "failed",
      detail: "Unreachable('no reply from smtp.example.com:587')",
      link: "/jobs?job=1000",
    },
  ],
});

export default function operations(api: Api) {
  api.on("GET /operations/jobs/", ({ query }) => list(many(95, job), query));
  api.on("GET /operations/jobs/:id", ({ params }) => json(jobDetail(1000 - Number(params.id))));
  api.on("POST /operations/jobs/:id/retry", json<Message>({ message: "The job runs again" }));
  api.on("POST /operations/jobs/:id/cancel", json<Message>({ message: "The job was cancelled" }));
  api.on("GET /operations/mails/", ({ query }) => list(many(95, mail), query));
  api.on("GET /operations/mails/:id", ({ params }) =>
    json(mail(Number((params.id ?? "").slice(-12)) - 6001)),
  );
  api.on("POST /operations/mails/:id/resend", json<Message>({ message: "Queued again" }));
  api.on("GET /operations/requests/:id", ({ params }) => json(story(params.id ?? "")));
}
