import { readUserMe } from "@app/sdk";
import { act, screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it, vi } from "vitest";
import { PROJECT_NAME } from "@/lib/project";
import { user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { refuse, server, signedInAs, signedOut } from "@/test/server";

const WELCOME = "Welcome back, nice to see you again!";

async function renderSignedIn(url = "/") {
  signedInAs(user());
  const app = await renderApp(url);
  await screen.findByText(WELCOME);
  return app;
}

async function logOut(person: Awaited<ReturnType<typeof renderApp>>["user"]) {
  await person.click(screen.getByTestId("user-menu"));
  await person.click(await screen.findByRole("menuitem", { name: "Log out" }));
}

describe("a visitor without a session", () => {
  it("is redirected to login without seeing the app", async () => {
    signedOut();
    const { router } = await renderApp("/");
    expect(screen.queryByTestId("user-menu")).not.toBeInTheDocument();
    expect(router.state.location.href).toBe("/login");
  });

  it("returns to a deep link after login", async () => {
    signedOut();
    const { router } = await renderApp("/reports?page=2");
    expect(router.state.location.href).toBe("/login?redirect=%2Freports%3Fpage%3D2");
  });
});

describe("a session that is refused while in use", () => {
  it("ends once and clears the cache", async () => {
    const { router, queryClient } = await renderSignedIn();
    signedOut();
    const visited: string[] = [];
    router.subscribe("onResolved", ({ toLocation }) => visited.push(toLocation.href));

    await act(() => Promise.allSettled([readUserMe(), readUserMe(), readUserMe()]));
    await screen.findByRole("heading", { name: `Log in to ${PROJECT_NAME}` });
    expect(visited).toEqual(["/login"]);
    expect(queryClient.getQueryCache().getAll()).toEqual([]);
  });
});

describe("logging out", () => {
  it("ends the session in all tabs", async () => {
    const { router, queryClient, user: person } = await renderSignedIn();
    server.use(http.post("*/api/v1/login/logout", () => HttpResponse.json({ message: "Bye" })));
    const heard = new Promise((resolve) => {
      new BroadcastChannel("session").onmessage = resolve;
    });

    signedOut();
    await logOut(person);
    await screen.findByRole("heading", { name: `Log in to ${PROJECT_NAME}` });
    expect(router.state.location.href).toBe("/login");
    expect(queryClient.getQueryCache().getAll()).toEqual([]);
    await heard;
  });

  it("stays signed in when the server is unreachable", async () => {
    const { user: person } = await renderSignedIn();
    server.use(http.post("*/api/v1/login/logout", () => HttpResponse.error()));
    await logOut(person);
    expect(await screen.findByText(/could not be reached/)).toBeInTheDocument();
    expect(screen.getByText(WELCOME)).toBeInTheDocument();
  });

  it("is followed by the other tabs", async () => {
    await renderSignedIn();
    signedOut();
    new BroadcastChannel("session").postMessage({ type: "end" });
    expect(
      await screen.findByRole("heading", { name: `Log in to ${PROJECT_NAME}` }),
    ).toBeInTheDocument();
  });
});

describe("a page that fails", () => {
  it("shows the request id and can be retried", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {}); // React reports errors that the boundary caught.
    vi.spyOn(console, "warn").mockImplementation(() => {});
    signedInAs(user());
    server.use(
      http.get("*/api/v1/users/me", () => refuse(403, "AUTH_002", "Not for you"), { once: true }),
    );
    const { user: person } = await renderApp("/");

    expect(await screen.findByRole("heading", { name: "Couldn't load this page" })).toBeVisible();
    expect(screen.getByText("req-1")).toBeInTheDocument();
    await person.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText(WELCOME)).toBeInTheDocument();
  });

  it("is a not-found page for an unknown URL", async () => {
    signedInAs(user());
    await renderApp("/no/such/page");
    expect(await screen.findByRole("heading", { name: "Page not found" })).toBeInTheDocument();
    expect(screen.getByTestId("user-menu")).toBeInTheDocument();
    await waitFor(() => expect(document.title).toBe(`Page not found · ${PROJECT_NAME}`));
  });
});

describe("a page change", () => {
  it("focuses the heading and changes the title", async () => {
    const { router } = await renderSignedIn();
    expect(document.title).toBe(`Dashboard · ${PROJECT_NAME}`);
    await act(() => router.navigate({ href: "/no/such/page" }));
    const heading = await screen.findByRole("heading", { name: "Page not found" });
    await waitFor(() => expect(heading).toHaveFocus());
  });
});

describe("an address in another spelling", () => {
  it.each([
    ["/settings/", "/settings"],
    ["/SETTINGS/Password", "/settings/password"],
    ["//settings/password", "/settings/password"],
    ["/settings//password/", "/settings/password"],
    ["/settings/?", "/settings"],
    ["/No//Such/Page/?a=1#b", "/No/Such/Page?a=1#b"],
    ["/caf%c3%a9/A%2fB", "/caf%C3%A9/A%2fB"],
  ])("%s becomes %s", async (url, expected) => {
    signedInAs(user());
    const { router } = await renderApp(url);
    await screen.findByTestId("user-menu");
    expect(router.state.location.href).toBe(expected);
  });

  it("keeps an emailed token", async () => {
    signedOut();
    const { router } = await renderApp("/Reset-Password/#token=abc");
    await screen.findByTestId("new-password-input");
    expect(router.state.location.href).toBe("/reset-password#token=abc");
  });
});
