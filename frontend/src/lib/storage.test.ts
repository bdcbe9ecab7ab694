import { act, screen } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { server, signedInAs } from "@/test/server";
import script from "../../public/first-paint.js?raw";
import { browserStorage } from "./storage";
import { setTheme } from "./theme";

class NoChannel {
  constructor() {
    refuse();
  }
}

function refuse(): never {
  throw new DOMException("Access is denied", "SecurityError");
}

/** A browser that keeps no data of this site. */
beforeEach(() => {
  vi.spyOn(window, "localStorage", "get").mockImplementation(refuse);
  vi.spyOn(window, "sessionStorage", "get").mockImplementation(refuse);
  vi.stubGlobal("BroadcastChannel", NoChannel);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

it("keeps values until the page is left", () => {
  browserStorage.set("a", "1");
  expect(browserStorage.get("a")).toBe("1");
  browserStorage.set("a", null);
  expect(browserStorage.get("a")).toBeNull();
});

it("shows the dashboard without storage", async () => {
  signedInAs(user());
  server.use(http.get("*/api/v1/:feature/", () => HttpResponse.json({ data: [], count: 0 })));
  const { user: person } = await renderApp("/");
  expect(await screen.findByRole("heading", { name: /^Hi/ })).toBeInTheDocument();
  await person.click(screen.getByRole("button", { name: "Collapse sidebar" }));
  expect(screen.getByRole("button", { name: "Expand sidebar" })).toBeInTheDocument();
});

it("changes the theme without storage", () => {
  new Function(script)();
  act(() => setTheme("dark"));
  expect(document.documentElement).toHaveClass("dark");
  act(() => setTheme("light"));
  expect(document.documentElement).toHaveClass("light");
});
