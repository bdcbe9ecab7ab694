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
  { ...items, state: "with nothing found", url: "/items?q=nothing", given: isEmpty },
  { ...items, state: "of a superuser", as: "superuser" },
  {
    ...items,
    state: "that did not load",
    given: (api) => api.on(LIST, refuse(403, "AUTH_002", "Not for you")),
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
    state: "with the toast of a failure",
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
  { ...onItems, kind: "menu", name: "menu of an item", opener: actions },
  {
    ...onItems,
    kind: "menu",
    name: "choice of columns",
    opener: (page) => button(page, "Columns"),
  },
  {
    ...onItems,
    kind: "menu",
    name: "filter of items",
    as: "superuser",
    opener: (page) => button(page, "Owner"),
  },
  {
    ...onItems,
    kind: "dialog",
    name: "new item",
    opener: (page) => button(page, "Add Item"),
  },
  {
    ...onItems,
    kind: "dialog",
    name: "new item with errors",
    opener: (page) => button(page, "Add Item"),
    act: (page) => button(page, "Save").click(),
  },
  {
    ...onItems,
    kind: "dialog",
    name: "open item",
    opener: (page) => row(page).getByRole("link"),
  },
  {
    ...onItems,
    kind: "dialog",
    name: "question before an item is deleted",
    opener: actions,
    via: choose("Delete Item"),
  },
  {
    ...onItems,
    kind: "dialog",
    name: "open item that is gone",
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
