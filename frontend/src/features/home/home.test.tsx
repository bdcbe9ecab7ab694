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

describe("the checklist on the dashboard", () => {
  it("marks completed steps and links to open ones", async () => {
    const { user: person, router } = await renderHome();
    const region = within(list() as HTMLElement);
    expect(region.getByText("1 of 2 complete")).toBeInTheDocument();
    expect(region.getByText("Add your name").closest("li")).toHaveTextContent("(complete)");
    expect(region.queryByRole("link", { name: "Add your name" })).not.toBeInTheDocument();
    await person.click(region.getByRole("link", { name: "Choose a theme" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/settings/appearance"));
  });

  it("is part of the first paint", async () => {
    let finish = (_: boolean) => {};
    isDone.mockReturnValue(new Promise((resolve) => (finish = resolve)));
    signedInAs(user());
    const app = renderApp("/");
    await waitFor(() => expect(isDone).toHaveBeenCalled());
    expect(screen.queryByRole("heading")).not.toBeInTheDocument();
    finish(false);
    await app;
    expect(screen.getByRole("heading", { level: 1 })).toBeInTheDocument();
    expect(list()).toBeInTheDocument();
  });

  it("can be dismissed permanently by each user", async () => {
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

  it("disappears when complete and stops checking", async () => {
    isDone.mockResolvedValue(true);
    const { unmount } = await renderHome();
    expect(list()).not.toBeInTheDocument();
    unmount();
    await renderHome();
    expect(isDone).toHaveBeenCalledOnce();
  });

  it("leaves out steps whose check fails", async () => {
    isDone.mockRejectedValue(new Error("down"));
    const { unmount } = await renderHome();
    expect(list()).not.toBeInTheDocument();
    unmount();

    // The failed step did not count as complete.
    isDone.mockResolvedValue(false);
    await renderHome();
    expect(list()).toBeInTheDocument();
  });
});

it("greets the user by name or email", async () => {
  const { unmount } = await renderHome();
  expect(screen.getByRole("heading", { name: "Hi, Ada Lovelace" })).toBeInTheDocument();
  unmount();
  await renderHome({ full_name: null });
  expect(screen.getByRole("heading", { name: "Hi, ada@example.com" })).toBeInTheDocument();
});
