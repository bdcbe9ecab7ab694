import { readUserMe } from "@app/sdk";
import { act, screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterEach, describe, expect, it, vi } from "vitest";
import { user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { refuse, server, signedInAs, signedOut } from "@/test/server";

const EXPIRED = "Your session has expired. Log in to continue.";
const COOKIES = /Your browser blocks cookies/;

async function logIn({ user: person }: Awaited<ReturnType<typeof renderApp>>) {
  await person.type(screen.getByTestId("email-input"), "ada@example.com");
  await person.type(screen.getByTestId("password-input"), "quiet-harbour-42");
  await person.click(screen.getByRole("button", { name: "Log In" }));
}

describe("an expired session", () => {
  it("is named on the login page", async () => {
    signedInAs(user());
    const app = await renderApp("/settings");
    await screen.findByTestId("user-menu");
    signedOut();
    await act(() => readUserMe().catch(() => {}));
    expect(await screen.findByText(EXPIRED)).toBeInTheDocument();
    expect(app.router.state.location.href).toBe("/login?redirect=%2Fsettings");

    signedInAs(user());
    server.use(http.post("*/api/v1/login/session", () => HttpResponse.json(user())));
    await logIn(app);
    await waitFor(() => expect(app.router.state.location.pathname).toBe("/settings"));
  });

  it("is named after a reload", async () => {
    localStorage.setItem("signed-in", "true");
    signedOut();
    await renderApp("/settings");
    expect(await screen.findByText(EXPIRED)).toBeInTheDocument();
  });

  it("is not what a visitor has", async () => {
    signedOut();
    await renderApp("/settings");
    await screen.findByTestId("email-input");
    expect(screen.queryByText(EXPIRED)).not.toBeInTheDocument();
  });

  it("is not what logging out leads to", async () => {
    signedInAs(user());
    const { user: person } = await renderApp("/settings");
    server.use(
      http.post("*/api/v1/login/logout", async () => {
        // The live connection ends first, and a request of the page is refused.
        signedOut();
        await readUserMe().catch(() => {});
        return HttpResponse.json({ message: "Bye" });
      }),
    );
    await person.click(await screen.findByTestId("user-menu"));
    await person.click(await screen.findByRole("menuitem", { name: "Log out" }));
    await screen.findByTestId("email-input");
    expect(screen.queryByText(EXPIRED)).not.toBeInTheDocument();
  });

  it("is not what logging out in another tab leads to", async () => {
    signedInAs(user());
    await renderApp("/settings");
    await screen.findByTestId("user-menu");
    signedOut();
    await act(() => readUserMe().catch(() => {}));
    expect(await screen.findByText(EXPIRED)).toBeInTheDocument();
    act(() => new BroadcastChannel("session").postMessage({ type: "end" }));
    await waitFor(() => expect(screen.queryByText(EXPIRED)).not.toBeInTheDocument());
  });
});

describe("blocked cookies", () => {
  afterEach(() => void vi.restoreAllMocks());

  it("are named when the browser says so", async () => {
    signedOut();
    vi.spyOn(navigator, "cookieEnabled", "get").mockReturnValue(false);
    await logIn(await renderApp("/login"));
    expect(await screen.findByRole("alert")).toHaveTextContent(COOKIES);
  });

  it("are named when the new session is refused", async () => {
    signedOut();
    server.use(
      http.post("*/api/v1/login/session", () => HttpResponse.json(user())),
      http.get("*/api/v1/:feature/", () => refuse(401, "AUTH_001", "Not authenticated")),
      http.get("*/api/v1/:feature/stats", () => refuse(401, "AUTH_001", "Not authenticated")),
    );
    const app = await renderApp("/login");
    await logIn(app);
    await act(() => readUserMe().catch(() => {}));
    expect(await screen.findByText(COOKIES)).toBeInTheDocument();
    expect(app.router.state.location.href).toBe("/login");
  });
});

describe("closed sign-up", () => {
  afterEach(() => {
    window.APP_CONFIG = undefined;
  });

  it("hides the link on the login page", async () => {
    signedOut();
    window.APP_CONFIG = { signUp: false };
    await renderApp("/login");
    expect(screen.queryByRole("link", { name: "Sign up" })).not.toBeInTheDocument();
  });

  it("is named instead of the form", async () => {
    signedOut();
    window.APP_CONFIG = { signUp: false };
    await renderApp("/signup");
    expect(screen.getByRole("heading", { name: "Sign-up is closed" })).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Sign Up" })).not.toBeInTheDocument();
    expect(screen.getByRole("link", { name: "Log in" })).toHaveAttribute("href", "/login");
  });

  it("is open without a configuration", async () => {
    signedOut();
    await renderApp("/login");
    expect(screen.getByRole("link", { name: "Sign up" })).toBeInTheDocument();
  });
});
