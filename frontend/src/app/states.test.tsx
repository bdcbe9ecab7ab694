import { ApiError, readUserMe, type UserPublic } from "@app/sdk";
import type { RegisteredRouter } from "@tanstack/react-router";
import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { requireSuperuser } from "@/lib/access";
import { markMissingChunks } from "@/lib/missing-chunk";
import { watchForNewVersion } from "@/lib/new-version";
import { toastError } from "@/lib/toast";
import { user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { refuse, server, signedInAs } from "@/test/server";

beforeEach(() => {
  // React and the router report errors that a boundary caught.
  vi.spyOn(console, "error").mockImplementation(() => {});
  vi.spyOn(console, "warn").mockImplementation(() => {});
  signedInAs(user());
});

// Toasts stay when their page is left.
afterEach(async () => void (await import("@/components/ui/sonner")).toast.dismiss());

const PAGE = "/settings/appearance";
const ID = "/_app/settings/appearance";

/** The app with one page that is changed for this test. */
async function renderWith(options: Partial<RegisteredRouter["routesById"][typeof ID]["options"]>) {
  const app = await renderApp("/settings");
  await screen.findByRole("heading", { name: "Settings" });
  const route = app.router.routesById[ID];
  const before = { ...route.options };
  Object.assign(route.options, options);
  onTestFinished(
    () => void Object.assign(route.options, { beforeLoad: undefined, loader: undefined }, before),
  );
  act(() => void app.router.navigate({ to: PAGE }));
  return app;
}

describe("a page for superusers", () => {
  const options = {
    beforeLoad: ({ context }: { context: { user: UserPublic } }) => requireSuperuser(context.user),
  };

  it("leads other users to the dashboard", async () => {
    const { router } = await renderWith(options);
    expect(await screen.findByRole("heading", { name: /^Hi/ })).toBeInTheDocument();
    expect(router.state.location.pathname).toBe("/");
  });

  it("is shown to superusers", async () => {
    signedInAs(user({ is_superuser: true }));
    await renderWith(options);
    expect(await screen.findByRole("heading", { name: "Theme" })).toBeInTheDocument();
  });
});

describe("the connection", () => {
  async function loseServer() {
    await renderApp(PAGE);
    server.use(http.get("*/api/v1/users/me", () => HttpResponse.error()));
    await act(() => readUserMe().catch(() => {}));
    expect(await screen.findByText(/Can't reach the server/)).toBeInTheDocument();
  }

  function findServer() {
    let reads = 0;
    server.use(
      http.get("*/api/v1/utils/health-check/", () => HttpResponse.json(true)),
      http.get("*/api/v1/users/me", () => {
        reads += 1;
        return HttpResponse.json(user({ full_name: "Countess" }));
      }),
    );
    return () => reads;
  }

  it("shows a banner from failure until a retry", async () => {
    await loseServer();
    findServer();
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    await waitFor(() =>
      expect(screen.queryByText(/Can't reach the server/)).not.toBeInTheDocument(),
    );
  });

  it("is probed automatically, then data is refetched", async () => {
    await loseServer();
    const reads = findServer();
    expect(await screen.findByText("Countess", undefined, { timeout: 8000 })).toBeInTheDocument();
    expect(screen.queryByText(/Can't reach the server/)).not.toBeInTheDocument();
    expect(reads()).toBe(1);
  }, 15_000);

  it.each([502, 503, 504])("is lost when a proxy returns %s", async (status) => {
    await renderApp(PAGE);
    server.use(http.get("*/api/v1/users/me", () => new HttpResponse("Bad gateway", { status })));
    await act(() => readUserMe().catch(() => {}));
    expect(await screen.findByText(/Can't reach the server/)).toBeInTheDocument();
  });

  it("is not lost when the API is busy", async () => {
    await renderApp(PAGE);
    server.use(http.get("*/api/v1/users/me", () => refuse(503, "UNAV_001", "Try again later")));
    await act(() => readUserMe().catch(() => {}));
    expect(screen.queryByText(/Can't reach the server/)).not.toBeInTheDocument();
  });

  it("follows the browser's offline state", async () => {
    await renderApp(PAGE);
    const online = vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
    act(() => void window.dispatchEvent(new Event("offline")));
    expect(await screen.findByText(/You're offline/)).toBeInTheDocument();
    online.mockReturnValue(true);
    act(() => void window.dispatchEvent(new Event("online")));
    expect(screen.queryByText(/You're offline/)).not.toBeInTheDocument();
  });
});

describe("a page whose response takes long", () => {
  it("shows that it loads, then a slow notice", async () => {
    await renderWith({ loader: () => new Promise(() => {}) });
    expect(await screen.findByText("Loading…")).toBeInTheDocument();
    expect(
      await screen.findByText(/longer than usual/, undefined, { timeout: 8000 }),
    ).toBeInTheDocument();
  }, 15_000);
});

describe("an error that no form shows", () => {
  it("is a lasting toast with the request id", async () => {
    const { user: person } = await renderApp(PAGE);
    await toastError(
      new ApiError("It broke", { status: 500, code: "INT_001", requestId: "req-7" }),
    );
    expect(await screen.findByText("It broke")).toBeInTheDocument();
    expect(screen.getByText("Request ID: req-7")).toBeInTheDocument();
    await person.click(screen.getByRole("button", { name: "Copy request ID" }));
    expect(await screen.findByRole("button", { name: "Copied" })).toBeInTheDocument();
    expect(await navigator.clipboard.readText()).toBe("req-7");
  });
});

describe("a deployment under an open tab", () => {
  beforeEach(() => {
    markMissingChunks();
    // As markup, so that nothing runs it.
    document.head.innerHTML = '<script type="module" src="/assets/index-old.js"></script>';
  });

  /** A missing file of the build, as Vite and the browser report it. */
  function missingFile() {
    const payload = new TypeError("Failed to fetch dynamically imported module: /assets/x.js");
    window.dispatchEvent(Object.assign(new Event("vite:preloadError"), { payload }));
    return payload;
  }

  const deploy = (name: string) =>
    server.use(
      http.get("*/index.html", () => HttpResponse.html(`<script src="/assets/index-${name}.js">`)),
    );

  async function showBrokenPage() {
    const reload = vi.spyOn(window.location, "reload").mockImplementation(() => {});
    const app = await renderWith({
      loader: () => {
        throw missingFile();
      },
    });
    return { ...app, reload };
  }

  it("reloads a page without its code once", async () => {
    deploy("old");
    const { reload, unmount } = await showBrokenPage();
    await waitFor(() => expect(reload).toHaveBeenCalledOnce());
    unmount();

    const { user: person } = await showBrokenPage();
    expect(await screen.findByText("Couldn't load this page")).toBeInTheDocument();
    expect(reload).toHaveBeenCalledOnce();
    await person.click(screen.getByRole("button", { name: "Try again" }));
    expect(reload).toHaveBeenCalledTimes(2);
  });

  it("does not reload while offline", async () => {
    deploy("old");
    vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
    const { reload } = await showBrokenPage();
    expect(await screen.findByText("Couldn't load this page")).toBeInTheDocument();
    expect(reload).not.toHaveBeenCalled();
  });

  it("is reported when an optional file is missing", async () => {
    const { router } = await renderApp(PAGE);
    onTestFinished(watchForNewVersion(router));
    deploy("new");
    missingFile();
    expect(await screen.findByText("A new version is available.")).toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Reload" })).toBeInTheDocument();
    expect(screen.getByRole("heading", { name: "Settings" })).toBeInTheDocument();
  });

  it("is checked on return, but not each time", async () => {
    const { router } = await renderApp(PAGE);
    const fetched = vi.spyOn(globalThis, "fetch");
    deploy("old");
    const now = vi.spyOn(Date, "now");
    onTestFinished(watchForNewVersion(router));
    const comeBack = () => document.dispatchEvent(new Event("visibilitychange"));

    comeBack();
    const later = Date.now() + 6 * 60_000;
    now.mockReturnValue(later);
    comeBack();
    comeBack();
    expect(fetched.mock.calls).toEqual([["/index.html", { cache: "no-cache" }]]);
    expect(screen.queryByText("A new version is available.")).not.toBeInTheDocument();

    deploy("new");
    now.mockReturnValue(later + 6 * 60_000);
    comeBack();
    expect(await screen.findByText("A new version is available.")).toBeInTheDocument();
  });

  it("is not taken from a proxy's page", async () => {
    const { router } = await renderApp(PAGE);
    onTestFinished(watchForNewVersion(router));
    let hasAnswered = false;
    server.use(
      http.get("*/index.html", () => {
        hasAnswered = true;
        return HttpResponse.html("<h1>Sign in to the Wi-Fi</h1>");
      }),
    );
    missingFile();
    await waitFor(() => expect(hasAnswered).toBe(true));
    await toastError(new Error("later"));
    await screen.findByText(/Something went wrong/);
    expect(screen.queryByText("A new version is available.")).not.toBeInTheDocument();
  });
});
