import type { Page } from "@playwright/test";
import type { OverlayCase, PageCase } from "../page-case";

const press = (button: string) => (page: Page) =>
  page.getByRole("button", { name: button }).click();

export const pages: PageCase[] = [
  { route: "/settings", heading: "Settings" },
  {
    route: "/settings",
    state: "with errors",
    heading: "Settings",
    act: async (page) => {
      await page.getByTestId("email-input").fill("nobody");
      await press("Save")(page);
    },
  },
  { route: "/settings/password", heading: "Settings" },
  {
    route: "/settings/password",
    state: "with errors",
    heading: "Settings",
    act: press("Update Password"),
  },
  { route: "/settings/danger", heading: "Settings" },
  {
    route: "/settings/danger",
    state: "of a superuser",
    as: "superuser",
    heading: "Settings",
  },
];

export const overlays: OverlayCase[] = [
  {
    kind: "dialog",
    name: "question before an account is deleted",
    url: "/settings/danger",
    heading: "Settings",
    opener: (page) => page.getByRole("button", { name: "Delete account" }),
  },
];
