import type { Page } from "@playwright/test";
import { list, many, REQUEST_ID, refuse } from "../../stub/answer";
import { item } from "../../stub/answers/items";
import type { Api } from "../../stub/api";
import type { OverlayCase, PageCase } from "../page-case";

const items = { route: "/items", heading: "Items" };
const onItems = { url: "/items", heading: "Items" };
const none = list(many(0, item), new URLSearchParams());
const LIST = "GET /items/";

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const row = (page: Page) => page.getByRole("row").nth(1);
const actions = (page: Page) => row(page).getByRole("button").last();
const choose = (entry: string) => (page: Page) =>
  page.getByRole("menuitem", { name: entry }).press("Enter");
const isEmpty = (api: Api) => api.on(LIST, none);

export const pages: PageCase[] = [
  { ...items, reads: [LIST] },
  { ...items, state: "without items", given: isEmpty },
  { ...items, state: "without results", url: "/items?q=nothing", given: isEmpty },
  { ...items, state: "for a superuser", as: "superuser" },
  {
    ...items,
    state: "failed to load",
    given: (api) => api.on(LIST, refuse(403, "AUTH_002", "Forbidden")),
    isFailure: true,
  },
  {
    ...items,
    state: "with long texts",
    given: (api) => {
      const long = { title: "long ".repeat(50), description: "long".repeat(60) };
      api.on(
        LIST,
        list(
          many(3, (index) => item(index, long)),
          new URLSearchParams(),
        ),
      );
    },
  },
  {
    ...items,
    state: "with selected rows",
    act: async (page) => {
      await page.getByRole("checkbox").nth(1).check();
      await page.getByRole("region", { name: "Selected rows" }).waitFor();
    },
  },
  {
    ...items,
    state: "with an error toast",
    given: (api) => api.on("DELETE /items/:id", refuse(500, "INT_001", "Internal Server Error")),
    act: async (page) => {
      await actions(page).press("Enter");
      await choose("Delete Item")(page);
      await button(page, "Delete").click();
      await page.getByText(REQUEST_ID).waitFor();
    },
    isFailure: true,
    covered: true,
  },
];

export const overlays: OverlayCase[] = [
  { ...onItems, kind: "menu", name: "item menu", opener: actions },
  {
    ...onItems,
    kind: "menu",
    name: "column menu",
    opener: (page) => button(page, "Columns"),
  },
  {
    ...onItems,
    kind: "menu",
    name: "item filter",
    as: "superuser",
    opener: (page) => button(page, "Owner"),
  },
  {
    ...onItems,
    kind: "dialog",
    name: "new item sheet",
    opener: (page) => button(page, "Add Item"),
  },
  {
    ...onItems,
    kind: "dialog",
    name: "new item sheet with errors",
    opener: (page) => button(page, "Add Item"),
    act: (page) => button(page, "Save").click(),
  },
  {
    ...onItems,
    kind: "dialog",
    name: "open item sheet",
    opener: (page) => row(page).getByRole("link"),
  },
  {
    ...onItems,
    kind: "dialog",
    name: "delete dialog of an item",
    opener: actions,
    via: choose("Delete Item"),
  },
  {
    ...onItems,
    kind: "dialog",
    name: "sheet of a deleted item",
    given: (api) => {
      api.on(
        LIST,
        list(
          many(45, (index) => item(index, { version: 2 })),
          new URLSearchParams(),
        ),
      );
      api.on("GET /items/:id", refuse(404, "NOT_001", "Item not found"));
    },
    opener: (page) => row(page).getByRole("link"),
  },
];
