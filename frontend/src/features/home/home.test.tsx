import { screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ChecklistStep } from "@/lib/define-feature";
import { checklist } from "@/lib/features";
import { user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { signedInAs } from "@/test/server";

const isDone = vi.fn<ChecklistStep["isDone"]>();
const steps: ChecklistStep[] = [
  {
    title: "Add your name",
    to: "/settings",
    order: 0,
    isDone: ({ full_name }) => Boolean(full_name),
  },
  { title: "Choose a theme", to: "/settings/appearance", order: 1, isDone },
];
const before = checklist.slice();

beforeEach(() => {
  checklist.splice(0, checklist.length, ...steps);
  isDone.mockReset().mockResolvedValue(false);
});
afterEach(() => void checklist.splice(0, checklist.length, ...before));

async function renderHome(changes = {}) {
  signedInAs(user(changes));
  const app = await renderApp("/");
  await screen.findByText("Welcome back, nice to see you again!");
  return app;
}

const list = () => screen.queryByRole("region", { name: "Get started" });

describe("the checklist of the dashboard", () => {
  it("shows what is done and leads to what is not", async () => {
    const { user: person, router } = await renderHome();
    const region = within(list() as HTMLElement);
    expect(region.getByText("1 of 2 complete")).toBeInTheDocument();
    expect(region.getByText("Add your name").closest("li")).toHaveTextContent("(complete)");
    expect(region.queryByRole("link", { name: "Add your name" })).not.toBeInTheDocument();
    await person.click(region.getByRole("link", { name: "Choose a theme" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/settings/appearance"));
  });

  it("is there from the first paint of the page, so that nothing moves", async () => {
    let answer = (_: boolean) => {};
    isDone.mockReturnValue(new Promise((resolve) => (answer = resolve)));
    signedInAs(user());
    const app = renderApp("/");
    await waitFor(() => expect(isDone).toHaveBeenCalled());
    expect(screen.queryByRole("heading")).not.toBeInTheDocument();
    answer(false);
    await app;
    expect(screen.getByRole("heading", { level: 1 })).toBeInTheDocument();
    expect(list()).toBeInTheDocument();
  });

  it("can be put away for good, by each user", async () => {
    const { user: person, unmount } = await renderHome();
    await person.click(screen.getByRole("button", { name: "Dismiss the checklist" }));
    expect(list()).not.toBeInTheDocument();
    unmount();

    isDone.mockClear();
    const again = await renderHome();
    expect(list()).not.toBeInTheDocument();
    expect(isDone).not.toHaveBeenCalled();
    again.unmount();

    await renderHome({ id: "0198a000-0000-7000-8000-000000000002" });
    expect(list()).toBeInTheDocument();
  });

  it("is gone when all is done, and asks for nothing from then on", async () => {
    isDone.mockResolvedValue(true);
    const { unmount } = await renderHome();
    expect(list()).not.toBeInTheDocument();
    unmount();
    await renderHome();
    expect(isDone).toHaveBeenCalledOnce();
  });

  it("leaves out what cannot be told, and the dashboard works without", async () => {
    isDone.mockRejectedValue(new Error("down"));
    const { unmount } = await renderHome();
    expect(list()).not.toBeInTheDocument();
    unmount();

    // It was not taken for done.
    isDone.mockResolvedValue(false);
    await renderHome();
    expect(list()).toBeInTheDocument();
  });
});

it("greets by name, or by address", async () => {
  const { unmount } = await renderHome();
  expect(screen.getByRole("heading", { name: "Hi, Ada Lovelace" })).toBeInTheDocument();
  unmount();
  await renderHome({ full_name: null });
  expect(screen.getByRole("heading", { name: "Hi, ada@example.com" })).toBeInTheDocument();
});
