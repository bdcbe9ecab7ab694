import type { Page } from "@playwright/test";
import { list, many } from "../../stub/answer";
import { person } from "../../stub/answers/users";
import type { OverlayCase, PageCase } from "../page-case";

const users = { route: "/admin", heading: "Users", as: "superuser" } as const;
const onUsers = { url: "/admin", heading: "Users", as: "superuser" } as const;
const LIST = "GET /users/";

const actions = (page: Page) => page.getByRole("row").nth(2).getByRole("button").last();
const press = (button: string) => (page: Page) =>
  page.getByRole("button", { name: button }).click();

export const pages: PageCase[] = [
  { ...users, reads: [LIST] },
  {
    ...users,
    state: "without results",
    url: "/admin?q=nobody&role=superuser&state=inactive",
    given: (api) => api.on(LIST, list(many(0, person), new URLSearchParams())),
  },
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
    state: "for a superuser",
    as: "superuser",
    heading: "Settings",
  },
];

export const overlays: OverlayCase[] = [
  { ...onUsers, kind: "menu", name: "user row menu", opener: actions },
  {
    ...onUsers,
    kind: "menu",
    name: "user filter",
    opener: (page) => page.getByRole("button", { name: "Status", exact: true }),
  },
  {
    ...onUsers,
    kind: "dialog",
    name: "new user sheet with errors",
    opener: (page) => page.getByRole("button", { name: "Add User" }),
    act: press("Save"),
  },
  {
    ...onUsers,
    kind: "dialog",
    name: "open user sheet",
    opener: (page) => page.getByRole("row").nth(2).getByRole("link"),
  },
  {
    ...onUsers,
    kind: "dialog",
    name: "delete dialog of a user",
    opener: actions,
    via: (page) => page.getByRole("menuitem", { name: "Delete User" }).press("Enter"),
  },
  {
    kind: "dialog",
    name: "delete account dialog",
    url: "/settings/danger",
    heading: "Settings",
    opener: (page) => page.getByRole("button", { name: "Delete account" }),
  },
];
