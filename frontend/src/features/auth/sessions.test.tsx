import type { SessionPublic } from "@app/sdk";
import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { pageOf, user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { refuse, server, signedInAs, signedOut } from "@/test/server";
import { session } from "./factories";

const PASSWORD = "quiet-harbour-42";
const ada = user();
const here = session(1, { is_current: true });

/** An API with these sessions. With `isOld`, ending one needs the password first. */
function serve(rows: SessionPublic[], { isOld = false } = {}) {
  let isRecent = !isOld;
  const sent: string[] = [];
  const ended = (request: Request, keep: (row: SessionPublic) => boolean) => {
    sent.push(new URL(request.url).pathname.replace("/api/v1", ""));
    if (!isRecent) return refuse(403, "AUTH_REAUTHENTICATION_REQUIRED", "Confirm your password");
    rows = rows.filter(keep);
    return HttpResponse.json({ message: "Session ended" });
  };
  server.use(
    http.get("*/api/v1/sessions/", () => HttpResponse.json(pageOf(rows))),
    http.delete("*/api/v1/sessions/", ({ request }) => ended(request, (row) => row.is_current)),
    http.delete("*/api/v1/sessions/:id", ({ request, params }) =>
      ended(request, ({ id }) => id !== params.id),
    ),
    http.post("*/api/v1/login/reauthenticate", async ({ request }) => {
      const { password } = (await request.json()) as { password: string };
      if (password !== PASSWORD) {
        const message = "Incorrect password";
        const errors = [{ code: "incorrect", message, field: "password" }];
        return refuse(400, "AUTH_003", message, errors);
      }
      isRecent = true;
      return HttpResponse.json({ message: "Confirmed" });
    }),
  );
  return sent;
}

async function renderSecurity() {
  signedInAs(ada);
  const app = await renderApp("/settings/security");
  const list = await screen.findByRole("list", { name: "Sessions" });
  const rows = () => within(list).getAllByRole("listitem");
  return { ...app, list, rows };
}

const endButton = (name = /^End session/) => screen.findByRole("button", { name });

describe("the user's sessions", () => {
  it("are listed with device, address and last use", async () => {
    serve([here, session(2), session(3, { device: null, ip: null })]);
    const { rows } = await renderSecurity();
    const [first, second, third] = rows();
    expect(first).toHaveTextContent(/Firefox on Linux.*This device.*192\.0\.2\.1.*Last used/);
    expect(within(first as HTMLElement).queryByRole("button")).not.toBeInTheDocument();
    expect(second).not.toHaveTextContent("This device");
    expect(third).toHaveTextContent(/Unknown device.*Unknown address/);
  });

  it("end one by one", async () => {
    const sent = serve([here, session(2), session(4)]);
    const { user: person, rows } = await renderSecurity();
    await person.click(
      (await screen.findAllByRole("button", { name: /^End session/ }))[0] as Element,
    );
    expect(await screen.findByText("Session ended")).toBeInTheDocument();
    await waitFor(() => expect(rows()).toHaveLength(2));
    expect(sent).toEqual([`/sessions/${session(2).id}`]);
  });

  it("end all together, except this one", async () => {
    const sent = serve([here, session(2), session(4)]);
    const { user: person, rows } = await renderSecurity();
    await person.click(screen.getByRole("button", { name: "End all other sessions" }));
    expect(await screen.findByText("All other sessions ended")).toBeInTheDocument();
    await waitFor(() => expect(rows()).toHaveLength(1));
    expect(sent).toEqual(["/sessions/"]);
    expect(screen.queryByRole("button", { name: /^End/ })).not.toBeInTheDocument();
  });

  it("can fail to load", async () => {
    signedInAs(ada);
    server.use(http.get("*/api/v1/sessions/", () => refuse(403, "AUTH_002", "Forbidden")));
    await renderApp("/settings/security");
    expect(await screen.findByText("Couldn't load the sessions")).toBeInTheDocument();
  });
});

describe("a request that needs a recent proof", () => {
  async function endSession() {
    const sent = serve([here, session(2)], { isOld: true });
    const app = await renderSecurity();
    await app.user.click(await endButton());
    const dialog = await screen.findByRole("alertdialog", { name: "Confirm it's you" });
    return { ...app, sent, dialog, password: await within(dialog).findByTestId("password-input") };
  }

  it("asks for the password, then repeats itself", async () => {
    const { user: person, sent, dialog, password, rows } = await endSession();
    await waitFor(() => expect(password).toHaveFocus());
    await person.type(password, "wrong{Enter}");
    expect(await within(dialog).findByText("Incorrect password")).toBeInTheDocument();
    await person.clear(password);
    await person.type(password, `${PASSWORD}{Enter}`);
    expect(await screen.findByText("Session ended")).toBeInTheDocument();
    expect(dialog).not.toBeInTheDocument();
    await waitFor(() => expect(rows()).toHaveLength(1));
    expect(sent).toHaveLength(2);
  });

  it("stays refused when the user cancels", async () => {
    const { user: person, sent, dialog, rows } = await endSession();
    await person.click(within(dialog).getByRole("button", { name: "Cancel" }));
    expect(await screen.findByText("Confirm your password")).toBeInTheDocument();
    expect(dialog).not.toBeInTheDocument();
    expect(rows()).toHaveLength(2);
    expect(sent).toHaveLength(1);
  });

  it("leads to the login page when the session is over", async () => {
    const { user: person, password, router } = await endSession();
    server.use(http.post("*/login/reauthenticate", () => refuse(401, "AUTH_001", "Over")));
    signedOut();
    await person.type(password, `${PASSWORD}{Enter}`);
    await waitFor(() => expect(router.state.location.pathname).toBe("/login"));
    expect(screen.queryByRole("alertdialog")).not.toBeInTheDocument();
  });

  it("does not ask for other refusals", async () => {
    serve([here, session(2)]);
    server.use(http.delete("*/api/v1/sessions/:id", () => refuse(403, "AUTH_002", "Forbidden")));
    const { user: person } = await renderSecurity();
    await person.click(await endButton());
    expect(await screen.findByText("Forbidden")).toBeInTheDocument();
    expect(screen.queryByRole("alertdialog")).not.toBeInTheDocument();
  });
});

describe("the sessions of another user", () => {
  const grace = user({ id: "0198a000-0000-7000-8000-000000000002", email: "grace@example.com" });

  async function renderSessions(me = user({ is_superuser: true }), search = `?user=${grace.id}`) {
    signedInAs(me);
    let rows = [session(2), session(3)];
    server.use(
      http.get(`*/api/v1/users/${grace.id}`, () => HttpResponse.json(grace)),
      http.get(`*/api/v1/users/${grace.id}/sessions/`, () => HttpResponse.json(pageOf(rows))),
      http.delete(`*/api/v1/users/${grace.id}/sessions/:id`, ({ params }) => {
        rows = rows.filter(({ id }) => id !== params.id);
        return HttpResponse.json({ message: "Session ended" });
      }),
      http.delete(`*/api/v1/users/${grace.id}/sessions/`, () => {
        rows = [];
        return HttpResponse.json({ message: "All sessions ended" });
      }),
    );
    return renderApp(`/sessions${search}`);
  }

  it("can be ended one by one or all together", async () => {
    const { user: person } = await renderSessions();
    expect(await screen.findByText(/grace@example.com/)).toBeInTheDocument();
    await person.click(await endButton(/^End session: .*Chrome/));
    const list = screen.getByRole("list", { name: "Sessions" });
    await waitFor(() => expect(within(list).getAllByRole("listitem")).toHaveLength(1));
    await person.click(screen.getByRole("button", { name: "End all sessions" }));
    expect(await screen.findByText("No sessions")).toBeInTheDocument();
  });

  it("are for superusers only", async () => {
    const { router } = await renderSessions(ada);
    await waitFor(() => expect(router.state.location.pathname).toBe("/"));
  });

  it.each(["", "?user=nobody"])("need a user: %s", async (search) => {
    const { router } = await renderSessions(undefined, search);
    await waitFor(() => expect(router.state.location.pathname).toBe("/admin"));
  });
});
