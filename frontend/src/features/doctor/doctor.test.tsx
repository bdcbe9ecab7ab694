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

/** One answer after the other; the last one stays. Returns how often it was asked for. */
function serveReports(...answers: Finding[][]) {
  let asked = 0;
  server.use(
    http.get(REPORT, () => {
      const findings = answers[Math.min(asked, answers.length - 1)];
      asked += 1;
      return HttpResponse.json({ checked_at: "2026-06-01T08:00:00Z", findings });
    }),
  );
  return () => asked;
}

const group = (name: string) => screen.findByRole("region", { name });

describe("the page of the doctor", () => {
  it("shows first what failed, and what to do", async () => {
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

  it("checks again when it is asked to", async () => {
    signedInAs(user({ is_superuser: true }));
    const asked = serveReports([password], [disk]);
    const { user: person } = await renderApp("/doctor");
    await group("Failed");
    await person.click(screen.getByRole("button", { name: "Check again" }));
    expect(await screen.findByText(/All checks passed/)).toBeInTheDocument();
    expect(screen.queryByRole("region", { name: "Failed" })).not.toBeInTheDocument();
    expect(asked()).toBe(2);
  });

  it("is busy while it waits, and asks once however often the button is pressed", async () => {
    signedInAs(user({ is_superuser: true }));
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let asked = 0;
    server.use(
      http.get(REPORT, async () => {
        asked += 1;
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
    expect(asked).toBe(1);
  });

  it("says why there is nothing, and tries again", async () => {
    signedInAs(user({ is_superuser: true }));
    serveReports([disk]);
    server.use(http.get(REPORT, () => refuse(429, "RATE_001", "Slow down"), { once: true }));
    const { user: person } = await renderApp("/doctor");
    expect(await screen.findByRole("alert")).toHaveTextContent("Slow down");
    await person.click(screen.getByRole("button", { name: "Try again" }));
    await group("Passed");
  });

  it("is not there for others, nor asked for", async () => {
    signedInAs(user());
    const asked = serveReports([disk]);
    await renderApp("/doctor");
    expect(await screen.findByText("You don't have access to this page")).toBeInTheDocument();
    expect(screen.queryByRole("link", { name: "System health" })).not.toBeInTheDocument();
    expect(asked()).toBe(0);
  });

  it("is in the sidebar of superusers", async () => {
    signedInAs(user({ is_superuser: true }));
    serveReports([disk]);
    await renderApp("/doctor");
    expect(await screen.findByRole("link", { name: "System health" })).toHaveAttribute(
      "href",
      "/doctor",
    );
  });
});
