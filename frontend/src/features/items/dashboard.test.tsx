import { screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { refuse, server, signedInAs } from "@/test/server";
import { item, itemsPage } from "./factories";

/** 60 days: two items on the first one, three on the last. */
const days = Array.from({ length: 60 }, (_, index) => ({
  date: new Date(Date.UTC(2026, 0, 1 + index)).toISOString().slice(0, 10),
  count: index === 0 ? 2 : index === 59 ? 3 : 0,
}));

beforeEach(() => {
  signedInAs(user());
  server.use(
    http.get("*/api/v1/items/", () => HttpResponse.json(itemsPage([item()], 12))),
    http.get("*/api/v1/items/stats", () => HttpResponse.json({ count: 12, days })),
  );
});

describe("the user's items on the dashboard", () => {
  it("are counted, with charts described in words", async () => {
    await renderApp("/");
    const all = await screen.findByRole("region", { name: "Your items" });
    expect(all).toHaveTextContent("12");
    expect(within(all).getByRole("img")).toHaveAccessibleName("From 9 to 12 items in 30 days");

    const recent = screen.getByRole("region", { name: "New items (last 30 days)" });
    expect(recent).toHaveTextContent("3");
    expect(recent).toHaveTextContent("1 more than the previous 30 days");
    expect(within(recent).getByRole("img")).toHaveAccessibleName(
      "3 items in the last 30 days. Busiest day: Mar 1 (3).",
    );
  });

  it("are listed with links", async () => {
    const { router, user: person } = await renderApp("/");
    await person.click(await screen.findByRole("link", { name: /Spare keys/ }));
    expect(await screen.findByRole("dialog", { name: "Edit Item" })).toBeInTheDocument();
    expect(router.state.location.href).toBe(`/items?item=${item().id}`);
  });

  it("show one error when loading fails", async () => {
    server.use(
      http.get("*/api/v1/items/", () => refuse(429, "RATE_001", "Slow down")),
      http.get("*/api/v1/items/stats", () => refuse(429, "RATE_001", "Slow down")),
    );
    await renderApp("/");
    expect(await screen.findByText("Slow down")).toBeInTheDocument();
    expect(screen.queryByRole("region", { name: "Your items" })).not.toBeInTheDocument();
  });
});
