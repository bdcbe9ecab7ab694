import { screen, waitFor, within } from "@testing-library/react";
import { Users } from "lucide-react";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { navEntries } from "@/lib/features";
import { user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { signedInAs } from "@/test/server";

const WELCOME = "Welcome back, nice to see you again!";

async function renderSignedIn(url = "/", changes = {}) {
  signedInAs(user(changes));
  const app = await renderApp(url);
  await screen.findByTestId("user-menu");
  return app;
}

const sidebar = () => screen.getByRole("navigation", { name: "Main" });

describe("the sidebar", () => {
  const entry = { title: "Audit", to: "/", icon: Users, order: 5, superuser: true } as const;

  beforeEach(() => void navEntries.push({ ...entry, area: "admin" }));
  afterEach(() => void navEntries.pop());

  it("hides superusers' entries from other users", async () => {
    await renderSignedIn();
    expect(within(sidebar()).getByRole("link", { name: "Settings" })).toBeInTheDocument();
    expect(within(sidebar()).queryByRole("link", { name: "Audit" })).not.toBeInTheDocument();
  });

  it("has a separate group for administration", async () => {
    await renderSignedIn("/", { is_superuser: true });
    const group = within(sidebar()).getByRole("region", { name: "Administration" });
    expect(within(group).getByRole("link", { name: "Audit" })).toBeInTheDocument();
  });

  it("folds with [ and stays folded after reload", async () => {
    const { user: person, unmount } = await renderSignedIn();
    const toggle = screen.getByRole("button", { name: "Collapse sidebar" });
    expect(toggle).toHaveAttribute("aria-expanded", "true");
    await person.keyboard("[[");
    expect(screen.getByRole("button", { name: "Expand sidebar" })).toBe(toggle);
    unmount();

    await renderSignedIn();
    expect(screen.getByRole("button", { name: "Expand sidebar" })).toBeInTheDocument();
    expect(within(sidebar()).getByRole("link", { name: "Settings" })).toBeInTheDocument();
  });
});

describe("the user menu", () => {
  it("leads to the profile and the appearance", async () => {
    const { user: person, router } = await renderSignedIn();
    await person.click(screen.getByTestId("user-menu"));
    expect(await screen.findByRole("menuitem", { name: "My profile" })).toBeInTheDocument();
    await person.click(screen.getByRole("menuitem", { name: "Appearance" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/settings/appearance"));
  });

  it("lists the shortcuts", async () => {
    const { user: person } = await renderSignedIn();
    await person.click(screen.getByTestId("user-menu"));
    await person.click(await screen.findByRole("menuitem", { name: "Keyboard shortcuts" }));
    expect(await screen.findByRole("dialog", { name: "Keyboard shortcuts" })).toBeInTheDocument();
  });
});

describe("shortcuts", () => {
  it("lead to the pages", async () => {
    const { user: person, router } = await renderSignedIn();
    await person.keyboard("gs");
    await waitFor(() => expect(router.state.location.pathname).toBe("/settings"));
    await person.keyboard("gd");
    expect(await screen.findByText(WELCOME)).toBeInTheDocument();
  });

  it("are listed under ? and return the focus", async () => {
    const { user: person } = await renderSignedIn();
    const search = screen.getByRole("button", { name: "Search" });
    search.focus();
    await person.keyboard("?");
    const dialog = await screen.findByRole("dialog", { name: "Keyboard shortcuts" });
    const pages = within(dialog).getByRole("region", { name: "Go to" });
    expect(within(pages).getByText("Dashboard").closest("div")).toHaveTextContent("DashboardGD");
    const general = within(dialog).getByRole("region", { name: "General" });
    expect(general).toHaveTextContent("Search and commandsCtrlK");

    await person.keyboard("{Escape}");
    await waitFor(() => expect(search).toHaveFocus());
  });

  it("of a single key can be switched off", async () => {
    const { user: person, router } = await renderSignedIn();
    await person.keyboard("?");
    const dialog = await screen.findByRole("dialog");
    await person.click(within(dialog).getByRole("switch", { name: "Single-key shortcuts" }));
    await person.keyboard("{Escape}");
    await waitFor(() => expect(dialog).not.toBeInTheDocument());

    await person.keyboard("gs?");
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
    expect(router.state.location.pathname).toBe("/");
    await person.keyboard("{Control>}k{/Control}");
    expect(await screen.findByRole("dialog")).toBeInTheDocument();
  });

  it("are unique, and none is another's prefix", async () => {
    const { user: person } = await renderSignedIn("/", { is_superuser: true });
    await person.keyboard("?");
    const dialog = await screen.findByRole("dialog");
    const all = [...dialog.querySelectorAll("dd")].map(({ textContent }) => textContent);
    expect(all.length).toBeGreaterThan(4);
    for (const keys of all) {
      expect(all.filter((other) => other.startsWith(keys))).toEqual([keys]);
    }
  });
});
