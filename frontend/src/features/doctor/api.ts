import type { Finding } from "@app/sdk";
import { readDoctorReportOptions } from "@app/sdk/react-query";
import { queryOptions } from "@tanstack/react-query";

const MINUTE_MS = 60_000;

/** Every report logs in to the mail server, so returning to the tab does not refetch it. */
export const reportQuery = queryOptions({
  ...readDoctorReportOptions(),
  staleTime: MINUTE_MS,
  refetchOnWindowFocus: false,
});

/** In reading order: problems first. */
export const GROUPS = [
  { state: "failed", title: "Failed" },
  { state: "warning", title: "Warnings" },
  { state: "skipped", title: "Skipped" },
  { state: "ok", title: "Passed" },
] as const satisfies { state: Finding["state"]; title: string }[];

/** "2 failed, 1 warning", or "All checks passed". */
export function summary(findings: Finding[]) {
  const failed = findings.filter(({ state }) => state === "failed").length;
  const warnings = findings.filter(({ state }) => state === "warning").length;
  const parts = [
    failed > 0 && `${failed} failed`,
    warnings > 0 && `${warnings} ${warnings === 1 ? "warning" : "warnings"}`,
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(", ") : "All checks passed";
}
