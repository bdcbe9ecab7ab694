import type { Page } from "@playwright/test";
import { list, many, refuse } from "../../stub/answer";
import { item } from "../../stub/answers/items";
import type { OverlayCase, PageCase } from "../page-case";

const actions = (page: Page) => page.getByRole("row").nth(1).getByRole("button").last();
const addItem = (page: Page) => page.getByRole("button", { name: "Add Item" });
const none = list(many(0, item), new URLSearchParams());

const items = { url: "/items", heading: "Items" };

export const pages: PageCase[] = [
  { route: "/items", heading: "Items", reads: ["GET /items/"] },
  {
    route: "/items",
    state: "without items",
    given: (api) => api.on("GET /items/", none),
    heading: "Items",
  },
  {
    route: "/items",
    state: "with nothing found",
    url: "/items?q=nothing",
    given: (api) => api.on("GET /items/", none),
    heading: "Items",
  },
  {
    route: "/items",
    state: "that did not load",
    given: (api) => api.on("GET /items/", refuse(403, "AUTH_002", "Not for you")),
    heading: "Items",
    isFailure: true,
  },
  {
    route: "/items",
    state: "with long texts",
    given: (api) => {
      const long = { title: "long ".repeat(50), description: "long".repeat(200) };
      api.on(
        "GET /items/",
        list(
          many(3, (index) => item(index, long)),
          new URLSearchParams(),
        ),
      );
    },
    heading: "Items",
  },
];

export const overlays: OverlayCase[] = [
  { kind: "menu", name: "menu of an item", ...items, opener: actions },
  { kind: "dialog", name: "new item", ...items, opener: addItem },
  {
    kind: "dialog",
    name: "new item with errors",
    ...items,
    opener: addItem,
    act: (page) => page.getByRole("button", { name: "Save" }).click(),
  },
];
