import { readdirSync } from "node:fs";
import { expect, type Locator, type Page } from "@playwright/test";
import { person } from "../stub/answers/users";
import type { Api } from "../stub/api";
import type { Stub } from "../stub/server";
import { WIDTHS } from "../support/geometry";
import { settled } from "../support/stubbed";

/** A page in one of its states. Each route of the dashboard has at least one case. */
export interface PageCase {
  /** The path in the route tree, with parameters. The inventory test compares it. */
  route: string;
  /** Part of the test name. The default state has none. */
  state?: string;
  /** Defaults to the route. */
  url?: string;
  as?: "visitor" | "user" | "superuser";
  given?: (api: Api) => void;
  /** The operations whose responses the page shows. Each is tested slow and failing. */
  reads?: string[];
  /** The text of the only h1. */
  heading: string | RegExp;
  /** The heading of the page to which this one leads without valid search parameters. */
  fallbackHeading?: string;
  /** Brings the loaded page into the state. */
  act?: (page: Page) => Promise<unknown>;
  /** The state is an error that the browser logs to the console. */
  isFailure?: boolean;
  /** A closable element floats above the page and can cover tab stops. */
  covered?: boolean;
}

/** An overlay that opens above a page. */
export interface OverlayCase extends Pick<PageCase, "as" | "given" | "heading" | "act"> {
  name: string;
  url: string;
  /** Arrow keys move the focus in a menu, Tab in a dialog. */
  kind: "menu" | "dialog";
  /** Has the focus before the overlay opens, and again after it closes. */
  opener: (page: Page) => Locator;
  /** Defaults to Enter. */
  keys?: string;
  /** Leads from the opener to the overlay, for example through a menu entry. */
  via?: (page: Page) => Promise<unknown>;
  /** The only width at which the overlay exists. Defaults to a wide and a narrow one. */
  width?: number;
}

interface Cases {
  pages?: PageCase[];
  overlays?: OverlayCase[];
}

const FOLDER = new URL("./cases/", import.meta.url);

/** One file per feature. The files are discovered, so that a feature can be deleted without edits here. */
const cases: Cases[] = await Promise.all(
  readdirSync(FOLDER).map((file) => import(new URL(file, FOLDER).href)),
);

export const pageCases = cases.flatMap(({ pages = [] }) => pages);
export const overlayCases = cases.flatMap(({ overlays = [] }) => overlays);

export const nameOf = ({ route, state }: PageCase) => (state ? `${route} (${state})` : route);

/** Prepares the user and the API before the page loads. */
export function begin({ as = "user", given }: Pick<PageCase, "as" | "given">, api: Api) {
  if (as !== "visitor") api.user = person(0, { is_superuser: as === "superuser" });
  given?.(api);
}

export const urlOf = ({ url, route }: PageCase) => url ?? route;

/** Loads the page and waits until it has settled. */
export async function show(
  testCase: PageCase | OverlayCase,
  { page, stub }: { page: Page; stub: Stub },
) {
  await page.goto("route" in testCase ? urlOf(testCase) : testCase.url);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(testCase.heading);
  await settled(page, stub);
}

/** The widths with the same controls as the given one. At 768 px others replace them, and an overlay loses its opener. */
export const widthsOf = (width: number) => WIDTHS.filter((each) => each < 768 === width < 768);

/** Opens the overlay by keyboard. */
export async function open({ kind, opener, keys = "Enter", via, act }: OverlayCase, page: Page) {
  await opener(page).press(keys);
  await via?.(page);
  const overlay = page.locator(kind === "menu" ? "[role=menu]" : "[role$=dialog]").last();
  await expect(overlay).toBeVisible();
  await act?.(page);
  return overlay;
}
