import type { DoctorReport, Finding } from "@app/sdk";
import { json } from "../answer";
import type { Api } from "../api";

const FINDINGS: Finding[] = [
  {
    code: "settings",
    state: "ok",
    title: "Settings",
    detail: "production, https://dashboard.example.com; URLs, cookies and secrets are consistent.",
  },
  {
    code: "mail-login",
    state: "failed",
    title: "The mail server refuses the login",
    detail: "smtp.example.com:587 returned 535 for SMTP_USER app and its password.",
    fix: "Write its password into .local/secrets/SMTP_PASSWORD, and recreate the backend.",
  },
  {
    code: "connections",
    state: "warning",
    title: "Connections are tight",
    detail:
      "WEB_CONCURRENCY 4 x (2 x DATABASE_POOL_SIZE 10 + 2) = 88, of the 97 that PostgreSQL allows.",
    fix: "Lower DATABASE_POOL_SIZE to 5 or WEB_CONCURRENCY.",
  },
  {
    code: "migrations",
    state: "skipped",
    title: "Migrations",
    detail: "The current migration is unknown.",
  },
];

export const report = (findings = FINDINGS): DoctorReport => ({
  checked_at: "2026-06-01T08:00:00Z",
  findings,
});

export default function doctor(api: Api) {
  api.on("GET /doctor/", json(report()));
}
