import { expect, type Locator, type Page } from "@playwright/test";

interface Stop {
  /** The position in the list of expected stops, or -1. */
  index: number;
  name: string;
  hasRing: boolean;
  isVisible: boolean;
}

/**
 * Expects Tab to visit every interactive element below `root`. Each stop must have a focus ring and be visible.
 * With `trapped`, Tab must not leave `root`. With `covered`, other elements can cover a stop.
 */
export async function expectEveryStop(
  page: Page,
  root: Locator,
  { trapped = false, covered = false } = {},
) {
  const names = await root.evaluate(watchStops);
  expect(names, "interactive elements").not.toEqual([]);
  const visited: Stop[] = [];
  const isDone = () => names.every((_, at) => visited.some(({ index }) => index === at));
  // Up to two rounds, because a dialog chooses where the focus starts.
  for (let presses = 2 * names.length + 4; presses > 0 && !isDone(); presses -= 1) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(currentStop);
    if (stop.index >= 0) visited.push(stop);
    else if (trapped) throw new Error(`Tab left the overlay for ${stop.name}`);
  }
  const missed = names.filter((_, at) => !visited.some(({ index }) => index === at));
  const without = (quality: "hasRing" | "isVisible") =>
    visited.filter((stop) => !stop[quality]).map(({ name }) => name);
  expect(missed, "elements that Tab does not reach").toEqual([]);
  expect(without("hasRing"), "stops without a focus ring").toEqual([]);
  if (!covered) expect(without("isVisible"), "stops that are covered").toEqual([]);
}

/** Expects the arrow keys to visit every entry of an open menu. */
export async function expectEveryEntry(page: Page, menu: Locator) {
  const entries = menu.locator("[role^=menuitem]:not([data-disabled])");
  for (const entry of await entries.all()) {
    await expect(entry).toBeFocused();
    await page.keyboard.press("ArrowDown");
  }
}

declare global {
  interface Window {
    /** The stops that Tab must visit. A group with a single stop lists all its elements. */
    stops: Element[][];
  }
}

/** Runs in the page. Finds all interactive elements below the root and returns readable names. */
function watchStops(root: Element) {
  const roles = ["button", "link", "checkbox", "switch", "radio", "tab", "menuitem"];
  const interactive = [
    // File inputs are hidden; a button opens them.
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
  // Arrow keys move inside a group, so it is one stop.
  const groupOf = (element: Element) =>
    element instanceof HTMLInputElement && element.type === "radio"
      ? `radio ${element.name}`
      : (element.closest(groups) ?? element);
  const stops = new Map<string | Element, Element[]>();
  for (const element of found) {
    const group = groupOf(element);
    stops.set(group, [...(stops.get(group) ?? []), element]);
  }
  window.stops = [...stops.values()];
  return window.stops.map(([first]) => first?.outerHTML.slice(0, 120) ?? "");
}

/** Runs in the page. Describes the focused element once its transitions have finished. */
async function currentStop(): Promise<Stop> {
  await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
  const element = document.activeElement ?? document.body;
  // Some fields show the focus ring on their label.
  const shown = [element, element.closest("label") ?? element];
  const hasRing = shown.some((candidate) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(candidate);
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
    // The palette's input is its only stop; the caret shows the focus.
    hasRing: hasRing || element.matches("[role=dialog] [role=combobox]"),
    isVisible: hit !== null && shown.some((part) => part.contains(hit) || hit.contains(part)),
  };
}
