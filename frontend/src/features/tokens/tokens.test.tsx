import type { ApiTokenCreate, ApiTokenPublic } from "@app/sdk";
import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { pageOf, user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { refuse, server, signedInAs } from "@/test/server";
import { apiToken } from "./factories";
import { daysUntil } from "./token-form";

const SECRET = "gw_0123456789";
const ada = user();

/** An API with these tokens. Returns the bodies and paths of the requests that change something. */
function serve(tokens: ApiTokenPublic[], { isOld = false } = {}) {
  let isRecent = !isOld;
  const sent: (ApiTokenCreate | string)[] = [];
  server.use(
    http.get("*/api/v1/tokens/", () => HttpResponse.json(pageOf(tokens))),
    http.post("*/api/v1/tokens/", async ({ request }) => {
      if (!isRecent) return refuse(403, "AUTH_REAUTHENTICATION_REQUIRED", "Confirm your password");
      const body = (await request.json()) as ApiTokenCreate;
      sent.push(body);
      const created = apiToken(9, { name: body.name, scopes: body.scopes, last_used_on: null });
      tokens = [created, ...tokens];
      return HttpResponse.json({ ...created, token: SECRET });
    }),
    http.delete("*/api/v1/tokens/:id", ({ params }) => {
      sent.push(String(params.id));
      tokens = tokens.filter(({ id }) => id !== params.id);
      return HttpResponse.json({ message: "API token revoked" });
    }),
    http.post("*/api/v1/login/reauthenticate", () => {
      isRecent = true;
      return HttpResponse.json({ message: "Confirmed" });
    }),
  );
  return sent;
}

/** Menus have list items, too. */
const rows = () =>
  within(screen.getByRole("list", { name: "API tokens" })).getAllByRole("listitem");

async function renderTokens(me = ada) {
  signedInAs(me);
  return renderApp("/settings/tokens");
}

async function openSheet(me = ada) {
  const app = await renderTokens(me);
  await app.user.click(await screen.findByRole("button", { name: "Create token" }));
  const sheet = within(await screen.findByRole("dialog", { name: "Create token" }));
  const save = () => app.user.click(sheet.getByRole("button", { name: "Save" }));
  return { ...app, sheet, save };
}

describe("the user's API tokens", () => {
  it("are listed with scopes, last use and expiry", async () => {
    serve([
      apiToken(1, { scopes: ["read", "write"] }),
      apiToken(2, { last_used_on: null, last_used_ip: null, expires_at: "2026-01-02T03:04:05Z" }),
    ]);
    await renderTokens();
    const list = await screen.findByRole("list", { name: "API tokens" });
    const [first, second] = within(list).getAllByRole("listitem");
    expect(first).toHaveTextContent(
      /Script 1.*read.*write.*Ends with x7Q1.*Last used.*from 192\.0\.2\.1.*Expires/,
    );
    expect(second).toHaveTextContent(/Never used.*Expired/);
  });

  it("can be absent", async () => {
    serve([]);
    await renderTokens();
    expect(await screen.findByText("No API tokens")).toBeInTheDocument();
  });

  it("can fail to load", async () => {
    server.use(http.get("*/api/v1/tokens/", () => refuse(403, "AUTH_002", "Forbidden")));
    await renderTokens();
    expect(await screen.findByText("Couldn't load the API tokens")).toBeInTheDocument();
  });

  it("are revoked after a confirmation", async () => {
    const sent = serve([apiToken(1), apiToken(2)]);
    const { user: person } = await renderTokens();
    await person.click(await screen.findByRole("button", { name: /^Revoke: .*Script 1/ }));
    const dialog = await screen.findByRole("alertdialog", { name: /Revoke “.*Script 1.*”\?/ });
    expect(sent).toEqual([]);
    await person.click(within(dialog).getByRole("button", { name: "Revoke" }));
    expect(await screen.findByText("API token revoked")).toBeInTheDocument();
    await waitFor(() => expect(rows()).toHaveLength(1));
    expect(sent).toEqual([apiToken(1).id]);
  });
});

describe("a new API token", () => {
  it("is shown once, with what the user chose", async () => {
    const sent = serve([]);
    const { user: person, sheet, save } = await openSheet();
    await person.type(sheet.getByLabelText("Name"), "Nightly report");
    await person.click(sheet.getByLabelText("Write"));
    await person.selectOptions(sheet.getByLabelText("Expires"), "365 days");
    await save();
    const notice = await screen.findByRole("status", { name: "New API token" });
    expect(notice).toHaveTextContent(SECRET);
    expect(sent).toEqual([
      { name: "Nightly report", scopes: ["read", "write"], expires_in_days: 365 },
    ]);
    expect(await screen.findByRole("list", { name: "API tokens" })).toHaveTextContent(
      /Nightly report.*Never used/,
    );
    await person.click(within(notice).getByRole("button", { name: "Done" }));
    expect(screen.queryByText(SECRET)).not.toBeInTheDocument();
  });

  it("needs a name and a scope", async () => {
    const sent = serve([]);
    const { user: person, sheet, save } = await openSheet();
    await person.click(sheet.getByLabelText("Read"));
    await save();
    expect(await sheet.findByText("Name is required")).toBeInTheDocument();
    await person.type(sheet.getByLabelText("Name"), "Script");
    await save();
    expect(await sheet.findByText("Choose at least one scope")).toBeInTheDocument();
    expect(sent).toEqual([]);
  });

  it("can expire on a date", async () => {
    const sent = serve([]);
    const { user: person, sheet, save } = await openSheet();
    await person.type(sheet.getByLabelText("Name"), "Script");
    await person.selectOptions(sheet.getByLabelText("Expires"), "On a date");
    await save();
    const message = "Choose a day after today, within 10 years";
    expect(await sheet.findByText(message)).toBeInTheDocument();
    const day = new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 10);
    await person.type(sheet.getByLabelText("Expiry date"), day);
    await save();
    await screen.findByText(SECRET);
    expect(sent).toEqual([expect.objectContaining({ expires_in_days: daysUntil(day) })]);
  });

  it("has the scope admin only of superusers", async () => {
    serve([]);
    const { sheet } = await openSheet();
    expect(sheet.queryByLabelText("Admin")).not.toBeInTheDocument();
  });

  it("can have the scope admin of a superuser", async () => {
    const sent = serve([]);
    const { user: person, sheet, save } = await openSheet(user({ is_superuser: true }));
    await person.type(sheet.getByLabelText("Name"), "Script");
    await person.click(sheet.getByLabelText("Admin"));
    await save();
    await screen.findByText(SECRET);
    expect(sent).toEqual([expect.objectContaining({ scopes: ["read", "admin"] })]);
  });

  it("can be refused, which the form says", async () => {
    serve([]);
    const { user: person, sheet, save } = await openSheet();
    const message = "You have 50 API tokens, the maximum.";
    server.use(http.post("*/api/v1/tokens/", () => refuse(409, "CONF_001", message)));
    await person.type(sheet.getByLabelText("Name"), "Script");
    await save();
    expect(await sheet.findByText(message)).toBeInTheDocument();
  });

  it("asks for the password first", async () => {
    serve([], { isOld: true });
    const { user: person, sheet, save } = await openSheet();
    await person.type(sheet.getByLabelText("Name"), "Script");
    await save();
    const dialog = await screen.findByRole("alertdialog", { name: "Confirm it's you" });
    await person.type(
      await within(dialog).findByTestId("password-input"),
      "quiet-harbour-42{Enter}",
    );
    expect(await screen.findByText(SECRET)).toBeInTheDocument();
  });
});

describe("days until a date", () => {
  it.each([
    ["2026-03-30", 2],
    ["2026-03-28", 0],
    ["2027-03-28", 365],
    ["", Number.NaN],
  ])("are counted by the calendar: %s", (day, days) => {
    expect(daysUntil(day, new Date(2026, 2, 28, 23, 30))).toBe(days);
  });
});

describe("the API tokens of another user", () => {
  const grace = user({ id: "0198a000-0000-7000-8000-000000000002", email: "grace@example.com" });

  async function renderPage(me = user({ is_superuser: true }), search = `?user=${grace.id}`) {
    signedInAs(me);
    let tokens = [apiToken(1), apiToken(2)];
    server.use(
      http.get(`*/api/v1/users/${grace.id}`, () => HttpResponse.json(grace)),
      http.get(`*/api/v1/users/${grace.id}/tokens/`, () => HttpResponse.json(pageOf(tokens))),
      http.delete(`*/api/v1/users/${grace.id}/tokens/:id`, ({ params }) => {
        tokens = tokens.filter(({ id }) => id !== params.id);
        return HttpResponse.json({ message: "API token revoked" });
      }),
      http.delete(`*/api/v1/users/${grace.id}/tokens/`, () => {
        tokens = [];
        return HttpResponse.json({ message: "All API tokens revoked" });
      }),
    );
    return renderApp(`/tokens${search}`);
  }

  it("can be revoked one by one or all together", async () => {
    const { user: person } = await renderPage();
    expect(await screen.findByText(/grace@example.com/)).toBeInTheDocument();
    await person.click(await screen.findByRole("button", { name: /^Revoke: .*Script 1/ }));
    await person.click(
      within(await screen.findByRole("alertdialog")).getByRole("button", { name: "Revoke" }),
    );
    await waitFor(() => expect(rows()).toHaveLength(1));
    await person.click(screen.getByRole("button", { name: "Revoke all tokens" }));
    await person.click(
      within(await screen.findByRole("alertdialog")).getByRole("button", { name: "Revoke" }),
    );
    expect(await screen.findByText("No API tokens")).toBeInTheDocument();
  });

  it("are for superusers only", async () => {
    const { router } = await renderPage(ada);
    await waitFor(() => expect(router.state.location.pathname).toBe("/"));
  });

  it("need a user", async () => {
    const { router } = await renderPage(user({ is_superuser: true }), "");
    await waitFor(() => expect(router.state.location.pathname).toBe("/admin"));
  });
});
