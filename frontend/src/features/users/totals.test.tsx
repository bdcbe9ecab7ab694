import { screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { refuse, server, signedInAs } from "@/test/server";

const STATS = "*/api/v1/users/stats";

/** One sign-up on the first day, three on the last. Records the requested ranges. */
function serveStats() {
  const ranges: (string | null)[] = [];
  server.use(
    http.get(STATS, ({ request }) => {
      const days = new URL(request.url).searchParams.get("days");
      ranges.push(days);
      const dates = Array.from({ length: Number(days) }, (_, index) => ({
        date: new Date(Date.UTC(2026, 0, 1 + index)).toISOString().slice(0, 10),
        count: index === 0 ? 1 : index === Number(days) - 1 ? 3 : 0,
      }));
      const totals = { count: 1234, active_count: 1200, superuser_count: 2 };
      return HttpResponse.json({ ...totals, days: dates });
    }),
  );
  return ranges;
}

describe("the users card on the dashboard", () => {
  it("shows totals and sign-ups as chart and table", async () => {
    signedInAs(user({ is_superuser: true }));
    serveStats();
    await renderApp("/");
    const card = await screen.findByRole("region", { name: "Users" });
    expect(await within(card).findByText("1,234")).toBeInTheDocument();
    const summary = "4 sign-ups in the last 30 days. Busiest day: Jan 30 (3).";
    expect(within(card).getByRole("img", { name: summary })).toBeInTheDocument();
    expect(within(card).getAllByRole("row")[1]).toHaveTextContent("Jan 303");
  });

  it("changes the time range", async () => {
    signedInAs(user({ is_superuser: true }));
    const ranges = serveStats();
    const { user: person } = await renderApp("/");
    await person.click(await screen.findByRole("radio", { name: "90 days" }));
    expect(await screen.findByRole("img", { name: /in the last 90 days/ })).toBeInTheDocument();
    expect(ranges).toEqual(["30", "90"]);
  });

  it("shows the error when loading fails", async () => {
    signedInAs(user({ is_superuser: true }));
    server.use(http.get(STATS, () => refuse(429, "RATE_001", "Slow down")));
    await renderApp("/");
    const card = await screen.findByRole("region", { name: "Users" });
    expect(await within(card).findByText("Slow down")).toBeInTheDocument();
  });

  it("is hidden from ordinary users and not fetched", async () => {
    signedInAs(user());
    const ranges = serveStats();
    await renderApp("/");
    await screen.findByRole("heading", { level: 1 });
    expect(screen.queryByRole("region", { name: "Users" })).not.toBeInTheDocument();
    expect(ranges).toEqual([]);
  });
});
