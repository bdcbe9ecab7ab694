import { expect, type Locator, type Page } from "@playwright/test";

interface Stop {
  /** Which of the expected stops it is; -1 when it is none of them. */
  index: number;
  name: string;
  hasRing: boolean;
  isSeen: boolean;
}

/**
 * Tab visits everything interactive below `root`; each stop has a focus ring and none lies under something else.
 * With `trapped` it never leaves `root` either, with `covered` something may lie above it.
 */
export async function expectEveryStop(
  page: Page,
  root: Locator,
  { trapped = false, covered = false } = {},
) {
  const names = await root.evaluate(watchStops);
  expect(names, "nothing interactive is there").not.toEqual([]);
  const visited: Stop[] = [];
  const isDone = () => names.every((_, at) => visited.some(({ index }) => index === at));
  // Twice around at most: where a dialog starts is up to it.
  for (let presses = 2 * names.length + 4; presses > 0 && !isDone(); presses -= 1) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(currentStop);
    if (stop.index >= 0) visited.push(stop);
    else if (trapped) throw new Error(`Tab left the overlay for ${stop.name}`);
  }
  const missed = names.filter((_, at) => !visited.some(({ index }) => index === at));
  const without = (quality: "hasRing" | "isSeen") =>
    visited.filter((stop) => !stop[quality]).map(({ name }) => name);
  expect(missed, "what Tab does not reach").toEqual([]);
  expect(without("hasRing"), "stops without a focus ring").toEqual([]);
  if (!covered) expect(without("isSeen"), "stops that are covered").toEqual([]);
}

/** The arrow keys visit every entry of a menu that is open. */
export async function expectEveryEntry(page: Page, menu: Locator) {
  const entries = menu.locator("[role^=menuitem]:not([data-disabled])");
  for (const entry of await entries.all()) {
    await expect(entry).toBeFocused();
    await page.keyboard.press("ArrowDown");
  }
}

declare global {
  interface Window {
    /** What Tab must visit: single elements, or all of a group with one stop. */
    stops: Element[][];
  }
}

/** Runs in the page: finds everything interactive below the root, and returns names for people. */
function watchStops(root: Element) {
  const roles = ["button", "link", "checkbox", "switch", "radio", "tab", "menuitem"];
  const interactive = [
    // A file field is opened by a button of ours.
    "a[href], button, input:not([type=hidden], [type=file]), select, textarea, summary",
    "[tabindex]:not([tabindex='-1'])",
    ...roles.map((role) => `[role=${role}]`),
  ].join();
  const groups = "[role=tablist], [role=radiogroup], [role=menu]";
  const found = [...root.querySelectorAll(interactive)].filter(
    (element) =>
      element.checkVisibility({ visibilityProperty: true }) &&
      !element.matches(":disabled, [aria-disabled=true]") &&
      !element.closest("[inert], [aria-hidden=true]"),
  );
  // The arrow keys move inside of a group.
  const groupOf = (element: Element) =>
    element instanceof HTMLInputElement && element.type === "radio"
      ? `radio ${element.name}`
      : (element.closest(groups) ?? element);
  const stops = new Map<string | Element, Element[]>();
  for (const each of found) stops.set(groupOf(each), [...(stops.get(groupOf(each)) ?? []), each]);
  window.stops = [...stops.values()];
  return window.stops.map(([first]) => first?.outerHTML.slice(0, 120) ?? "");
}

/** Runs in the page: where the focus is, once its style is. */
async function currentStop(): Promise<Stop> {
  await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
  const element = document.activeElement ?? document.body;
  // A field may show its focus by its label.
  const shown = [element, element.closest("label") ?? element];
  const hasRing = shown.some((each) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(each);
    return outlineStyle !== "none" && Number.parseFloat(outlineWidth) > 0;
  });
  const { x, y, width, height } = element.getBoundingClientRect();
  const middle = (start: number, size: number, limit: number) =>
    (Math.max(start, 0) + Math.min(start + size, limit)) / 2;
  const hit = document.elementFromPoint(
    middle(x, width, window.innerWidth),
    middle(y, height, window.innerHeight),
  );
  return {
    index: window.stops.findIndex((group) => group.includes(element)),
    name: element.outerHTML.slice(0, 120),
    // The field of a palette is its only stop, and shows it by the caret.
    hasRing: hasRing || element.matches("[role=dialog] [role=combobox]"),
    isSeen: hit !== null && shown.some((each) => each.contains(hit) || hit.contains(each)),
  };
}
