import type { Finding } from "@app/sdk";
import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { refuse, server, signedInAs } from "@/test/server";

const REPORT = "*/api/v1/doctor/";

const password: Finding = {
  code: "database-password",
  state: "failed",
  title: "The database refuses the password",
  detail: "The file only counts while the volume is new.",
  fix: "Put the old password back.",
};
const disk: Finding = { code: "disk", state: "ok", title: "Disk", detail: "66 GiB are free." };
const clock: Finding = {
  ...password,
  code: "clock",
  state: "warning",
  title: "The clocks differ",
  fix: "Switch on time synchronisation.",
};

/** Returns the reports in turn and repeats the last one. Gives a function that counts the requests. */
function serveReports(...reports: Finding[][]) {
  let requests = 0;
  server.use(
    http.get(REPORT, () => {
      const findings = reports[Math.min(requests, reports.length - 1)];
      requests += 1;
      return HttpResponse.json({ checked_at: "2026-06-01T08:00:00Z", findings });
    }),
  );
  return () => requests;
}

const group = (name: string) => screen.findByRole("region", { name });

describe("the doctor page", () => {
  it("shows failures first, with their fixes", async () => {
    signedInAs(user({ is_superuser: true }));
    serveReports([disk, clock, password]);
    await renderApp("/doctor");
    const failed = within(await group("Failed"));
    expect(failed.getByText("database-password")).toBeInTheDocument();
    expect(failed.getByText("Put the old password back.")).toBeInTheDocument();
    const regions = within(screen.getByRole("main")).getAllByRole("region");
    expect(
      regions.map((region) => within(region).getByRole("heading", { level: 2 }).textContent),
    ).toEqual(["Failed", "Warnings", "Passed"]);
    expect(screen.getByText(/1 failed, 1 warning\./)).toHaveRole("status");
  });

  it("reruns the checks on demand", async () => {
    signedInAs(user({ is_superuser: true }));
    const requestCount = serveReports([password], [disk]);
    const { user: person } = await renderApp("/doctor");
    await group("Failed");
    await person.click(screen.getByRole("button", { name: "Check again" }));
    expect(await screen.findByText(/All checks passed/)).toBeInTheDocument();
    expect(screen.queryByRole("region", { name: "Failed" })).not.toBeInTheDocument();
    expect(requestCount()).toBe(2);
  });

  it("sends one request while a check is running", async () => {
    signedInAs(user({ is_superuser: true }));
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let requests = 0;
    server.use(
      http.get(REPORT, async () => {
        requests += 1;
        await held;
        return HttpResponse.json({ checked_at: "2026-06-01T08:00:00Z", findings: [disk] });
      }),
    );
    const { user: person } = await renderApp("/doctor");
    const again = await screen.findByRole("button", { name: "Check again" });
    expect(again).toHaveAttribute("aria-disabled", "true");
    await person.click(again);
    release();
    await group("Passed");
    await waitFor(() => expect(again).toHaveAttribute("aria-disabled", "false"));
    expect(requests).toBe(1);
  });

  it("shows an error and can retry", async () => {
    signedInAs(user({ is_superuser: true }));
    serveReports([disk]);
    server.use(http.get(REPORT, () => refuse(429, "RATE_001", "Slow down"), { once: true }));
    const { user: person } = await renderApp("/doctor");
    expect(await screen.findByRole("alert")).toHaveTextContent("Slow down");
    await person.click(screen.getByRole("button", { name: "Try again" }));
    await group("Passed");
  });

  it("leads ordinary users to the dashboard", async () => {
    signedInAs(user());
    const requestCount = serveReports([disk]);
    const { router } = await renderApp("/doctor");
    expect(await screen.findByRole("heading", { name: /^Hi/ })).toBeInTheDocument();
    expect(router.state.location.href).toBe("/");
    expect(screen.queryByRole("link", { name: "System health" })).not.toBeInTheDocument();
    expect(requestCount()).toBe(0);
  });

  it("is in the sidebar for superusers", async () => {
    signedInAs(user({ is_superuser: true }));
    serveReports([disk]);
    await renderApp("/doctor");
    expect(await screen.findByRole("link", { name: "System health" })).toHaveAttribute(
      "href",
      "/doctor",
    );
  });
});
