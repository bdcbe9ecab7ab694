import type { Page } from "@playwright/test";
import { json, list, many, REQUEST_ID } from "../../stub/answer";
import { job, mail } from "../../stub/answers/operations";
import type { OverlayCase, PageCase } from "../page-case";

const jobs = { route: "/jobs", heading: "Jobs", as: "superuser" } as const;
const mails = { route: "/mail", heading: "Mail", as: "superuser" } as const;
const story = {
  route: "/requests/$requestId",
  url: `/requests/${REQUEST_ID}`,
  heading: "Request",
  as: "superuser",
} as const;
const onJobs = { url: "/jobs", heading: "Jobs", as: "superuser" } as const;
const onMail = { url: "/mail", heading: "Mail", as: "superuser" } as const;
const JOBS = "GET /operations/jobs/";
const MAILS = "GET /operations/mails/";
const STORY = "GET /operations/requests/:id";

const actions = (page: Page) => page.getByRole("row").nth(1).getByRole("button").last();
const name = (page: Page) => page.getByRole("row").nth(1).getByRole("link");

export const pages: PageCase[] = [
  { ...jobs, reads: [JOBS] },
  {
    ...jobs,
    state: "without results",
    url: "/jobs?q=nothing&state=failed&queue=mail",
    given: (api) => api.on(JOBS, list(many(0, job), new URLSearchParams())),
  },
  { ...mails, reads: [MAILS] },
  {
    ...mails,
    state: "without results",
    url: "/mail?q=nobody&state=failed",
    given: (api) => api.on(MAILS, list(many(0, mail), new URLSearchParams())),
  },
  { route: "/requests", heading: "Requests", as: "superuser" },
  { ...story, reads: [STORY] },
  {
    ...story,
    state: "without events",
    given: (api) => api.on(STORY, json({ request_id: REQUEST_ID, events: [] })),
  },
];

export const overlays: OverlayCase[] = [
  { ...onJobs, kind: "menu", name: "job row menu", opener: actions },
  { ...onJobs, kind: "dialog", name: "open job sheet", opener: name },
  {
    ...onJobs,
    kind: "dialog",
    name: "question before a retry",
    opener: actions,
    via: (page) => page.getByRole("menuitem", { name: "Retry" }).press("Enter"),
  },
  { ...onMail, kind: "dialog", name: "open mail sheet", opener: name },
  {
    ...onMail,
    kind: "dialog",
    name: "question before a mail is sent again",
    opener: actions,
    via: (page) => page.getByRole("menuitem", { name: "Resend" }).press("Enter"),
  },
];
