import { list, many } from "../../stub/answer";
import { auditEvent } from "../../stub/answers/audit";
import type { OverlayCase, PageCase } from "../page-case";

const audit = { route: "/audit", heading: "Audit log", as: "superuser" } as const;
const onAudit = { url: "/audit", heading: "Audit log", as: "superuser" } as const;
const LIST = "GET /audit/";

export const pages: PageCase[] = [
  { ...audit, reads: [LIST] },
  {
    ...audit,
    state: "without results",
    url: "/audit?q=nobody&time=day&action=user.delete",
    given: (api) => api.on(LIST, list(many(0, auditEvent), new URLSearchParams())),
  },
];

export const overlays: OverlayCase[] = [
  {
    ...onAudit,
    kind: "menu",
    name: "event row menu",
    opener: (page) => page.getByRole("row").nth(2).getByRole("button").last(),
  },
  {
    ...onAudit,
    kind: "dialog",
    name: "open event sheet",
    opener: (page) => page.getByRole("row").nth(2).getByRole("link"),
  },
];
