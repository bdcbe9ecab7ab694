import { screen, waitFor } from "@testing-library/react";
import { Package, Users } from "lucide-react";
import { HttpResponse, http } from "msw";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { SearchResult } from "@/lib/define-feature";
import { commands, navEntries, searches, userLinks } from "@/lib/features";
import { user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { server, signedInAs, signedOut } from "@/test/server";

type Search = (query: string, signal: AbortSignal) => Promise<SearchResult[]>;

const search = vi.fn<Search>();
const people = vi.fn<Search>();
const feature = {
  entry: { title: "Parcels", to: "/settings", icon: Package, order: 1 } as const,
  search,
};
const admin = {
  entry: { title: "People", to: "/settings", icon: Users, order: 2, superuser: true } as const,
  search: people,
};
const before = searches.slice();

beforeEach(() => {
  searches.splice(0, searches.length, feature, admin);
  search.mockReset().mockResolvedValue([]);
  people.mockReset().mockResolvedValue([]);
});
afterEach(() => void searches.splice(0, searches.length, ...before));

async function openPalette(changes = {}) {
  signedInAs(user(changes));
  const app = await renderApp("/");
  const opener = await screen.findByRole("button", { name: "Search" });
  opener.focus();
  await app.user.keyboard("{Control>}k{/Control}");
  const field = await screen.findByRole("combobox");
  expect(field).toHaveFocus();
  return { ...app, opener, field };
}

const options = () => screen.getAllByRole("option").map(({ textContent }) => textContent);
const parcel = { id: "1", title: "Ladder", hint: "In the shed", to: "/settings/password" } as const;

describe("the command palette", () => {
  it("has each page that only superusers see", async () => {
    const files = import.meta.glob<string>("../features/*/routes/app/**/*.tsx", {
      eager: true,
      query: "?raw",
      import: "default",
    });
    const paths = Object.values(files)
      .filter((source) => source.includes("requireSuperuser("))
      .map((source) => /createFileRoute\("\/_app([^"]+?)\/?"\)/.exec(source)?.[1]);
    const ownPages = paths.filter((path) => path && !path.includes("$"));
    expect(ownPages).toContain("/admin");
    // Pages about one user are reached from that user.
    const reachable = [...navEntries, ...userLinks].map(({ to }) => to as string);
    expect(ownPages.filter((path) => path && !reachable.includes(path))).toEqual([]);
  });

  it("finds pages and tabs by word prefixes", async () => {
    const { user: person, router } = await openPalette();
    await person.keyboard("set pas");
    await waitFor(() => expect(options()).toEqual(["PasswordSettings"]));
    await person.keyboard("{Enter}");
    await waitFor(() => expect(router.state.location.pathname).toBe("/settings/password"));
    expect(screen.queryByRole("combobox")).not.toBeInTheDocument();
  });

  it("selects the first choice, or another by arrows", async () => {
    const { user: person } = await openPalette();
    const chosen = () => screen.getByRole("option", { selected: true }).textContent;
    expect(chosen()).toBe(options()[0]);
    await person.keyboard("{ArrowDown}");
    expect(chosen()).toBe(options()[1]);
    await person.keyboard("the");
    await waitFor(() => expect(options()[0]).toBe("Light theme"));
    expect(chosen()).toBe("Light theme");
    await person.keyboard("{ArrowUp}");
    expect(chosen()).toBe(options().at(-1));
  });

  it("returns focus when it closes", async () => {
    const { user: person, opener } = await openPalette();
    await person.keyboard("{Escape}");
    await waitFor(() => expect(opener).toHaveFocus());
  });

  it("is reset each time it opens", async () => {
    const { user: person } = await openPalette();
    await person.keyboard("zzz{Escape}");
    await waitFor(() => expect(screen.queryByRole("combobox")).not.toBeInTheDocument());
    await person.keyboard("{Control>}k{/Control}");
    expect(await screen.findByRole("combobox")).toHaveValue("");
  });

  it("changes the theme and logs out", async () => {
    const { user: person, router } = await openPalette();
    await person.keyboard("dark{Enter}");
    expect(localStorage.getItem("theme")).toBe("dark");

    server.use(http.post("*/api/v1/login/logout", () => HttpResponse.json({ message: "Bye" })));
    await waitFor(() => expect(screen.queryByRole("combobox")).not.toBeInTheDocument());
    await person.keyboard("{Control>}k{/Control}");
    await screen.findByRole("combobox");
    signedOut();
    await person.keyboard("log out{Enter}");
    await waitFor(() => expect(router.state.location.pathname).toBe("/login"));
  });

  it("hides superusers' actions from other users", async () => {
    commands.push({ title: "Audit", icon: Users, to: "/", superuser: true });
    const { unmount } = await openPalette();
    expect(screen.queryByRole("option", { name: "Audit" })).not.toBeInTheDocument();
    unmount();
    await openPalette({ is_superuser: true });
    expect(screen.getByRole("option", { name: "Audit" })).toBeInTheDocument();
    commands.pop();
  });
});

describe("its search of records", () => {
  it("requests once typing pauses and opens the record", async () => {
    search.mockResolvedValue([parcel]);
    const { user: person, router } = await openPalette();
    await person.keyboard("ladder");
    expect(await screen.findByRole("option", { name: /Ladder/ })).toHaveTextContent(/In the shed/);
    expect(search.mock.calls.map(([query]) => query)).toEqual(["ladder"]);
    await person.keyboard("{Enter}");
    await waitFor(() => expect(router.state.location.pathname).toBe("/settings/password"));
  });

  it("keeps the selection when records arrive", async () => {
    search.mockResolvedValue([parcel]);
    const { user: person } = await openPalette();
    await person.keyboard("pass");
    expect(screen.getByRole("option", { selected: true })).toHaveTextContent("Password");
    await waitFor(() => expect(options()).toEqual(["PasswordSettings", "LadderIn the shed"]));
    expect(screen.getByRole("option", { selected: true })).toHaveTextContent("Password");
  });

  it("aborts a search that the next one replaces", async () => {
    search.mockImplementation((query) =>
      query === "la" ? new Promise(() => {}) : Promise.resolve([parcel]),
    );
    const { user: person } = await openPalette();
    await person.keyboard("la");
    await waitFor(() => expect(search).toHaveBeenCalledOnce());
    await person.keyboard("dder");
    expect(await screen.findByRole("option", { name: /Ladder/ })).toBeInTheDocument();
    expect(search.mock.calls[0]?.[1].aborted).toBe(true);
  });

  it("searches only what the user can see", async () => {
    const { user: person, unmount } = await openPalette();
    await person.keyboard("grace");
    await waitFor(() => expect(search).toHaveBeenCalled());
    expect(people).not.toHaveBeenCalled();
    unmount();

    const { user: superuser } = await openPalette({ is_superuser: true });
    await superuser.keyboard("grace");
    await waitFor(() => expect(people).toHaveBeenCalled());
  });

  it("shows a message without results", async () => {
    const { user: person } = await openPalette();
    await person.keyboard("zzz");
    expect(await screen.findByText("No results for “zzz”")).toBeInTheDocument();
    expect(screen.queryByRole("option")).not.toBeInTheDocument();
  });

  it("shows an error and retries on Enter", async () => {
    search.mockRejectedValueOnce(new Error("down")).mockResolvedValue([parcel]);
    const { user: person } = await openPalette();
    await person.keyboard("zzz");
    expect(await screen.findByRole("option", { name: /try again/ })).toBeInTheDocument();
    await person.keyboard("{Enter}");
    expect(await screen.findByRole("option", { name: /Ladder/ })).toBeInTheDocument();
    expect(screen.queryByRole("option", { name: /try again/ })).not.toBeInTheDocument();
  });
});
