import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { server, signedInAs } from "@/test/server";
import { eventsPage, renamed } from "./factories";

const EVENTS = "*/api/v1/audit/";
const RECORD = renamed().record_id;

/** Serves the list and records the query strings of the requests. */
function serveEvents(rows = [renamed()]) {
  const queries: URLSearchParams[] = [];
  server.use(
    http.get(EVENTS, ({ request }) => {
      queries.push(new URL(request.url).searchParams);
      return HttpResponse.json(eventsPage(rows));
    }),
  );
  return queries;
}

async function openPage(url = "/audit") {
  const app = await renderApp(url);
  await screen.findByRole("link", { name: "user.update" });
  return app;
}

beforeEach(() => {
  signedInAs(user({ is_superuser: true }));
  serveEvents();
});

describe("the audit log", () => {
  it("leads ordinary users home", async () => {
    signedInAs(user());
    const { router } = await renderApp("/audit");
    expect(await screen.findByRole("heading", { name: /^Hi/ })).toBeVisible();
    expect(router.state.location.href).toBe("/");
    expect(screen.queryByRole("link", { name: "Audit log" })).not.toBeInTheDocument();
  });

  it("requests the list that the URL describes", async () => {
    const queries = serveEvents();
    await openPage(`/audit?action=user.update&record=${RECORD}&q=grace`);
    expect(`${queries[0]}`).toBe(
      `page=1&limit=20&sort=-created_at&q=grace&action=user.update&record_id=${RECORD}`,
    );
  });

  it("filters by time, in whole hours", async () => {
    const queries = serveEvents();
    const { user: person } = await openPage();
    await person.click(screen.getByRole("button", { name: "Period" }));
    await person.click(await screen.findByRole("menuitemradio", { name: "Last 7 days" }));
    await waitFor(() => expect(queries.at(-1)?.get("since")).toMatch(/T\d\d:00:00\.000Z$/));
    const since = Date.parse(queries.at(-1)?.get("since") ?? "");
    expect(Math.round((Date.now() - since) / 86_400_000)).toBe(7);
  });

  it("shows the changes of a record from the row's menu", async () => {
    const { router, user: person } = await openPage();
    await person.click(screen.getByRole("button", { name: "Actions for user.update" }));
    await person.click(
      await screen.findByRole("menuitem", { name: "Show changes of this record" }),
    );
    await waitFor(() => expect(router.state.location.search).toMatchObject({ record: RECORD }));
    expect(screen.getByRole("button", { name: `Record ${RECORD}` })).toBeInTheDocument();
  });

  it("offers neither to add nor to edit", async () => {
    const { user: person } = await openPage();
    await person.keyboard("c");
    await person.click(screen.getByRole("button", { name: "Actions for user.update" }));
    const entries = await screen.findAllByRole("menuitem");
    expect(entries.map((entry) => entry.textContent)).toEqual([
      "Show Event",
      "Show changes of this record",
      "Show changes by this user",
    ]);
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
  });

  it("names visitors, the system and deleted users", async () => {
    serveEvents([
      renamed(),
      renamed({
        id: `${RECORD.slice(0, -3)}201`,
        user_id: null,
        user_email: null,
        principal: "anonymous",
      }),
      renamed({
        id: `${RECORD.slice(0, -3)}202`,
        user_id: null,
        user_email: null,
        principal: "system",
      }),
      renamed({ id: `${RECORD.slice(0, -3)}203`, user_email: null }),
    ]);
    await renderApp("/audit");
    const table = await screen.findByRole("table");
    await within(table).findAllByText("A visitor");
    expect(table).toHaveTextContent("System");
    expect(table).toHaveTextContent("A deleted user");
  });
});

describe("an event", () => {
  it("shows each field before and after", async () => {
    const { user: person } = await openPage();
    await person.click(screen.getByRole("link", { name: "user.update" }));
    const sheet = await screen.findByRole("dialog", { name: "user.update" });
    const row = within(sheet).getByRole("row", { name: "full_name Ada Ada Lovelace" });
    expect(row).toBeVisible();
    expect(sheet).toHaveTextContent("grace@example.com");
    expect(sheet).toHaveTextContent("192.0.2.7");
    expect(sheet).toHaveTextContent("the-id-of-this-request");
  });

  it("is not found when a link names one of another page", async () => {
    await renderApp(`/audit?event=${RECORD}`);
    expect(await screen.findByText("Event not found")).toBeVisible();
  });
});
