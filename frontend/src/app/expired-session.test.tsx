import { readUserMe } from "@app/sdk";
import { act, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { PROJECT_NAME } from "@/lib/project";
import { user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { refuse, server, signedInAs, signedOut } from "@/test/server";

const PASSWORD = "quiet-harbour-42";
const ada = user();

/** The profile form with unsaved input and a session that has ended. */
async function renderDirtyForm() {
  signedInAs(ada);
  const app = await renderApp("/settings");
  const field = await screen.findByTestId("full-name-input");
  await app.user.clear(field);
  await app.user.type(field, "Countess");
  const saved: unknown[] = [];
  let hasSession = false;
  server.use(
    http.patch("*/api/v1/users/me", async ({ request }) => {
      if (!hasSession) return refuse(401, "AUTH_001", "Not authenticated");
      const body = (await request.json()) as object;
      saved.push(body);
      return HttpResponse.json({ ...ada, ...body });
    }),
    http.post("*/api/v1/login/session", async ({ request }) => {
      const { email, password } = (await request.json()) as { email: string; password: string };
      if (password !== PASSWORD) return refuse(400, "AUTH_003", "Incorrect email or password");
      hasSession = true;
      return HttpResponse.json({ ...ada, email });
    }),
  );
  signedOut();
  return { ...app, field, saved };
}

async function save(person: Awaited<ReturnType<typeof renderApp>>["user"]) {
  await person.click(screen.getByRole("button", { name: "Save" }));
  return screen.findByRole("alertdialog", { name: "Your session expired" });
}

describe("a session that ends with unsaved input", () => {
  it("asks in place, then repeats the save", async () => {
    const { user: person, field, saved, router } = await renderDirtyForm();
    const dialog = await save(person);
    const password = within(dialog).getByTestId("password-input");
    await waitFor(() => expect(password).toHaveFocus());
    expect(within(dialog).getByLabelText("Email")).toHaveValue(ada.email);

    await person.type(password, "wrong{Enter}");
    expect(await within(dialog).findByRole("alert")).toHaveTextContent(/Incorrect/);
    await person.clear(password);
    signedInAs({ ...ada, full_name: "Countess" });
    await person.type(password, `${PASSWORD}{Enter}`);

    await waitFor(() => expect(dialog).not.toBeInTheDocument());
    expect(await screen.findByText("User updated successfully")).toBeInTheDocument();
    expect(saved).toEqual([{ full_name: "Countess" }]);
    expect(field).toHaveValue("Countess");
    expect(router.state.location.pathname).toBe("/settings");
    expect(localStorage.getItem("signed-in")).toBe("true");
  });

  it("stays open and asks once for all requests", async () => {
    const { user: person } = await renderDirtyForm();
    const dialog = await save(person);
    const others = Promise.allSettled([readUserMe(), readUserMe()]);
    await person.keyboard("{Escape}");
    expect(dialog).toBeInTheDocument();
    expect(screen.getAllByRole("alertdialog")).toHaveLength(1);

    signedInAs(ada);
    await person.type(within(dialog).getByTestId("password-input"), `${PASSWORD}{Enter}`);
    const results = await others;
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled"]);
  });

  it("can switch to another account, clearing the cache", async () => {
    const { user: person, router, queryClient } = await renderDirtyForm();
    const dialog = await save(person);
    await person.click(within(dialog).getByRole("button", { name: "Use another account" }));
    await screen.findByRole("heading", { name: `Log in to ${PROJECT_NAME}` });
    expect(router.state.location.href).toBe("/login?redirect=%2Fsettings");
    expect(queryClient.getQueryCache().getAll()).toEqual([]);
  });

  it("starts over for another user without saving", async () => {
    const { user: person, router, saved } = await renderDirtyForm();
    const dialog = await save(person);
    const other = user({ id: "0198a000-0000-7000-8000-000000000002", full_name: "Grace Hopper" });
    server.use(http.post("*/api/v1/login/session", () => HttpResponse.json(other)));
    signedInAs(other);
    await person.type(within(dialog).getByTestId("password-input"), `${PASSWORD}{Enter}`);
    expect(await screen.findByRole("heading", { name: "Hi, Grace Hopper" })).toBeInTheDocument();
    expect(router.state.location.pathname).toBe("/");
    expect(saved).toEqual([]);
  });

  it("continues after a sign-in in another tab", async () => {
    const { user: person, field, saved } = await renderDirtyForm();
    const dialog = await save(person);
    await fetch("http://localhost:3000/api/v1/login/session", {
      method: "POST",
      body: JSON.stringify({ email: ada.email, password: PASSWORD }),
    });
    signedInAs(ada);
    new BroadcastChannel("session").postMessage({ type: "begin", userId: ada.id });
    await waitFor(() => expect(dialog).not.toBeInTheDocument());
    await waitFor(() => expect(saved).toHaveLength(1));
    expect(field).toHaveValue("Countess");
  });

  it("ends when another user signs in elsewhere", async () => {
    const { user: person } = await renderDirtyForm();
    const dialog = await save(person);
    signedInAs(user({ id: "0198a000-0000-7000-8000-000000000002", full_name: "Grace Hopper" }));
    act(() => new BroadcastChannel("session").postMessage({ type: "begin", userId: "other" }));
    await waitFor(() => expect(dialog).not.toBeInTheDocument());
    await waitFor(() => expect(screen.getByTestId("full-name-input")).toHaveValue("Grace Hopper"));
  });
});

it("shows the login page when the dialog fails", async () => {
  signedInAs(ada);
  const { router, session } = await renderApp("/");
  await screen.findByTestId("user-menu");
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const isBack = session.question.ask(ada);
  vi.advanceTimersByTime(5_000);
  expect(await isBack).toBe(false);
  vi.useRealTimers();
  signedOut();
  await waitFor(() => expect(router.state.location.pathname).toBe("/login"));
});

describe("unsaved input", () => {
  it("is not left without asking", async () => {
    const { user: person, field, router } = await renderDirtyForm();
    await person.click(screen.getByRole("link", { name: "Dashboard" }));
    const question = await screen.findByRole("alertdialog", { name: "Discard changes?" });
    await person.click(within(question).getByRole("button", { name: "Keep editing" }));
    expect(router.state.location.pathname).toBe("/settings");
    expect(field).toHaveValue("Countess");

    signedInAs(ada);
    await person.click(screen.getByRole("link", { name: "Dashboard" }));
    await person.click(await screen.findByRole("button", { name: "Discard changes" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/"));
  });

  it("is dropped when another tab logs out", async () => {
    const { router } = await renderDirtyForm();
    act(() => new BroadcastChannel("session").postMessage({ type: "end" }));
    await screen.findByRole("heading", { name: `Log in to ${PROJECT_NAME}` });
    expect(router.state.location.pathname).toBe("/login");
  });

  it("is kept until the user confirms logging out", async () => {
    const { user: person, field, router } = await renderDirtyForm();
    let isLoggedOut = false;
    server.use(
      http.post("*/api/v1/login/logout", () => {
        isLoggedOut = true;
        return HttpResponse.json({ message: "Bye" });
      }),
    );
    const logOut = async () => {
      await person.click(screen.getByTestId("user-menu"));
      await person.click(await screen.findByRole("menuitem", { name: "Log out" }));
      return within(await screen.findByRole("alertdialog", { name: /Log out without saving/ }));
    };
    await person.click((await logOut()).getByRole("button", { name: "Keep editing" }));
    expect(field).toHaveValue("Countess");
    expect(isLoggedOut).toBe(false);

    await person.click((await logOut()).getByRole("button", { name: "Log out" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/login"));
    expect(isLoggedOut).toBe(true);
  });
});
