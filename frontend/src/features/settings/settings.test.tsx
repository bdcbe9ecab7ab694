import { screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import { PROJECT_NAME } from "@/lib/project";
import { user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { signedInAs } from "@/test/server";

beforeEach(() => signedInAs(user()));

async function renderSettings(path = "") {
  const app = await renderApp(`/settings${path}`);
  await screen.findByRole("heading", { name: "Settings" });
  return app;
}

const selected = () => screen.getByRole("tab", { selected: true });

describe("the settings tabs", () => {
  it("have a URL each", async () => {
    const { user: person, router } = await renderSettings("/appearance");
    expect(selected()).toHaveTextContent("Appearance");
    expect(screen.getByRole("tabpanel", { name: "Appearance" })).toBeInTheDocument();
    await person.click(screen.getByRole("tab", { name: "Password" }));
    await waitFor(() => expect(selected()).toHaveTextContent("Password"));
    expect(router.state.location.pathname).toBe("/settings/password");
    await waitFor(() => expect(document.title).toBe(`Password · ${PROJECT_NAME}`));
  });

  it("are one tab stop with arrow keys inside", async () => {
    const { user: person, router } = await renderSettings();
    const tabs = screen.getAllByRole("tab");
    expect(tabs.map(({ tabIndex }) => tabIndex)).toEqual([0, ...tabs.slice(1).map(() => -1)]);
    tabs[0]?.focus();
    await person.keyboard("{ArrowDown}");
    expect(tabs[1]).toHaveFocus();
    await person.keyboard("{ArrowUp}{ArrowUp}");
    expect(tabs.at(-1)).toHaveFocus();
    await person.keyboard("{Home}{End}");
    expect(tabs.at(-1)).toHaveFocus();

    await person.keyboard("{Enter}");
    await waitFor(() => expect(router.state.location.pathname).toBe("/settings/danger"));
    expect(selected()).toHaveFocus();
  });

  it("appear in the breadcrumbs", async () => {
    await renderSettings("/appearance");
    const crumbs = screen.getByRole("navigation", { name: "Breadcrumb" });
    expect(crumbs).toHaveTextContent("SettingsAppearance");
  });
});

describe("the appearance page", () => {
  it("changes the theme immediately and stores it", async () => {
    const { user: person } = await renderSettings("/appearance");
    expect(screen.getByRole("radio", { name: "System" })).toBeChecked();
    await person.click(screen.getByRole("radio", { name: "Dark" }));
    expect(screen.getByRole("radio", { name: "Dark" })).toBeChecked();
    expect(localStorage.getItem("theme")).toBe("dark");
  });
});
