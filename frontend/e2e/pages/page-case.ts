import { readdirSync } from "node:fs";
import { expect, type Locator, type Page } from "@playwright/test";
import { person } from "../stub/answers/users";
import type { Api } from "../stub/api";
import type { Stub } from "../stub/server";
import { settled } from "../support/stubbed";

/** A page in a state that somebody can meet. Each route of the dashboard has at least one. */
export interface PageCase {
  /** As the route tree has it, with its parameters: what the inventory compares. */
  route: string;
  /** Told apart in the names of the tests; the usual state has none. */
  state?: string;
  /** The route itself when left out. */
  url?: string;
  as?: "visitor" | "user" | "superuser";
  given?: (api: Api) => void;
  /** The operations whose answers it shows: each may be slow or fail. */
  reads?: string[];
  /** The one h1. */
  heading: string | RegExp;
  /** What leads from the page as it loads to the state. */
  act?: (page: Page) => Promise<unknown>;
  /** The state is an error, which the browser writes to its console. */
  isFailure?: boolean;
  /** Something that can be closed floats above the page, so that stops may lie under it. */
  covered?: boolean;
}

/** Something that opens above a page. */
export interface OverlayCase extends Pick<PageCase, "as" | "given" | "heading" | "act"> {
  name: string;
  url: string;
  /** In a menu the arrow keys move, in a dialog Tab does. */
  kind: "menu" | "dialog";
  /** Has the focus when the keys that open it are pressed, and again when it is closed. */
  opener: (page: Page) => Locator;
  /** Enter when left out. */
  keys?: string;
  /** What leads from the opener to the overlay, such as an entry of a menu. */
  via?: (page: Page) => Promise<unknown>;
  /** The one at which it exists; wide and narrow when left out. */
  width?: number;
}

interface Cases {
  pages?: PageCase[];
  overlays?: OverlayCase[];
}

const FOLDER = new URL("./cases/", import.meta.url);

/** A file for each feature, found by its place: nothing lists the features. */
const cases: Cases[] = await Promise.all(
  readdirSync(FOLDER).map((file) => import(new URL(file, FOLDER).href)),
);

export const pageCases = cases.flatMap(({ pages = [] }) => pages);
export const overlayCases = cases.flatMap(({ overlays = [] }) => overlays);

export const nameOf = ({ route, state }: PageCase) => (state ? `${route} (${state})` : route);

/** Before the page is asked for: who reads it, and what the API has. */
export function begin({ as = "user", given }: Pick<PageCase, "as" | "given">, api: Api) {
  if (as !== "visitor") api.user = person(0, { is_superuser: as === "superuser" });
  given?.(api);
}

export const urlOf = ({ url, route }: PageCase) => url ?? route;

/** Loads the page and waits for everything that it asks for. */
export async function show(
  each: PageCase | OverlayCase,
  { page, stub }: { page: Page; stub: Stub },
) {
  await page.goto("route" in each ? urlOf(each) : each.url);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(each.heading);
  await settled(page, stub);
}

/** Opens the overlay with the keyboard. */
export async function open({ kind, opener, keys = "Enter", via, act }: OverlayCase, page: Page) {
  await opener(page).press(keys);
  await via?.(page);
  const overlay = page.locator(kind === "menu" ? "[role=menu]" : "[role$=dialog]").last();
  await expect(overlay).toBeVisible();
  await act?.(page);
  return overlay;
}
