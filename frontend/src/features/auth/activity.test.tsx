import type { SecurityEventPublic } from "@app/sdk";
import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { pageOf, user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { server, signedInAs } from "@/test/server";
import { securityEvent } from "./factories";

const ada = user();
const grace = user({ id: "0198a000-0000-7000-8000-000000000002", email: "grace@example.com" });

const EVENTS = [
  securityEvent(1),
  securityEvent(2, { kind: "email_changed", details: { old_email: "old@example.com" } }),
  securityEvent(3, {
    kind: "password_changed",
    device: null,
    ip: null,
    details: { by: "superuser" },
  }),
];

/** Serves events and records the query strings of the requests. */
function serve(rows: SecurityEventPublic[], path = "users/me") {
  const queries: URLSearchParams[] = [];
  server.use(
    http.get(`*/api/v1/${path}/security-events`, ({ request }) => {
      queries.push(new URL(request.url).searchParams);
      return HttpResponse.json(pageOf(rows));
    }),
    http.get(`*/api/v1/users/${grace.id}`, () => HttpResponse.json(grace)),
  );
  return queries;
}

describe("the user's activity", () => {
  async function renderActivity(search = "") {
    signedInAs(ada);
    const app = await renderApp(`/settings/activity${search}`);
    await screen.findByRole("link", { name: "Signed in" });
    return app;
  }

  it("is a tab of the settings", async () => {
    serve(EVENTS);
    await renderActivity();
    expect(screen.getByRole("tab", { name: "Activity" })).toHaveAttribute("aria-selected", "true");
    const rows = screen.getAllByRole("row").slice(1);
    expect(rows[0]).toHaveTextContent(/Signed in.*Firefox on Linux/);
    expect(rows[2]).toHaveTextContent(/Password changed.*A superuser/);
  });

  it("shows the facts of an event", async () => {
    serve(EVENTS);
    const { user: person } = await renderActivity();
    await person.click(screen.getByRole("link", { name: "Email address changed" }));
    const sheet = await screen.findByRole("dialog", { name: "Email address changed" });
    expect(sheet).toHaveTextContent(/Previous address.*old@example\.com/);
    expect(within(sheet).getByText("192.0.2.2")).toBeInTheDocument();
  });

  it("is filtered by kind", async () => {
    const queries = serve(EVENTS);
    const { user: person } = await renderActivity();
    await person.click(screen.getByRole("button", { name: "Event" }));
    await person.click(await screen.findByRole("menuitemradio", { name: "Password changed" }));
    await waitFor(() => expect(queries.at(-1)?.get("kind")).toBe("password_changed"));
  });

  it("ignores the user in the link", async () => {
    const own = serve(EVENTS);
    await renderActivity(`?user=${grace.id}`);
    expect(own.length).toBeGreaterThan(0);
  });
});

describe("the activity of another user", () => {
  it("is shown to superusers", async () => {
    signedInAs(user({ is_superuser: true }));
    const queries = serve(EVENTS, `users/${grace.id}`);
    await renderApp(`/activity?user=${grace.id}`);
    expect(await screen.findByRole("link", { name: "Signed in" })).toBeInTheDocument();
    expect(await screen.findByText(/grace@example\.com/)).toBeInTheDocument();
    expect(`${queries[0]}`).toBe("page=1&limit=20&sort=-at");
  });

  it("is for superusers only", async () => {
    signedInAs(ada);
    const { router } = await renderApp(`/activity?user=${grace.id}`);
    await waitFor(() => expect(router.state.location.pathname).toBe("/"));
  });

  it.each(["", "?user=nobody"])("needs a user: %s", async (search) => {
    signedInAs(user({ is_superuser: true }));
    const { router } = await renderApp(`/activity${search}`);
    await waitFor(() => expect(router.state.location.pathname).toBe("/admin"));
  });
});
