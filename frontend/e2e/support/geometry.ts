import { expect, type Page } from "@playwright/test";
import { resize } from "./layout";

/** From a small phone to a usual screen, with the tablets between them. */
export const WIDTHS = [320, 390, 640, 768, 834, 1024, 1280, 1440];

/**
 * Expects a sound layout at each width: no text that is cut off, crushed or over other text, nothing outside of the
 * window or its dialog, and no covered control. With an overlay open, it looks at the overlay only.
 */
export async function expectSoundLayout(page: Page, widths: readonly number[] = WIDTHS) {
  const before = page.viewportSize();
  const faults: string[] = [];
  for (const width of widths) {
    await resize(page, width);
    const found = await page.evaluate(findFaults);
    faults.push(...found.map((fault) => `${width} px: ${fault}`));
  }
  if (before) await resize(page, before.width);
  expect(faults, "faults of the layout").toEqual([]);
}

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Runs in the page. */
function findFaults(): string[] {
  /** Text narrower than this says nothing, unless it is complete. */
  const LEAST_WIDTH = 56;
  const CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  const overlays = [
    ...document.querySelectorAll("[role=dialog], [role=alertdialog], [role=menu]"),
  ].filter((element) => element.checkVisibility());
  const overlay = overlays.at(-1);
  const root = overlay ?? document.body;
  const faults = new Set<string>();

  const styles = new Map<Element, CSSStyleDeclaration>();
  const styleOf = (element: Element) => {
    const style = styles.get(element) ?? getComputedStyle(element);
    styles.set(element, style);
    return style;
  };
  const isShown = (element: Element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
    // For screen readers only.
    !ancestors(element).some((each) => each.clientWidth === 1 && each.clientHeight === 1);
  const widthOf = ({ left, right }: Box) => right - left;

  function ancestors(element: Element): Element[] {
    const list: Element[] = [];
    for (let at: Element | null = element; at && at !== root; at = at.parentElement) list.push(at);
    return list;
  }

  /** Parts of the page that float above the rest. They may lie over it. */
  const layerOf = (element: Element) =>
    ancestors(element).find((each) => ["fixed", "sticky"].includes(styleOf(each).position));

  /** What the ancestors leave of a box, and how they clip it. */
  function clip(element: Element, box: Box) {
    let { left, right, top, bottom } = box;
    let canScroll = false;
    let hasEllipsis = false;
    for (const each of ancestors(element)) {
      const { overflowX, overflowY, textOverflow, webkitLineClamp, position } = styleOf(each);
      if (textOverflow === "ellipsis" || webkitLineClamp !== "none") hasEllipsis = true;
      const frame = each.getBoundingClientRect();
      if (overflowX !== "visible") {
        if (["auto", "scroll"].includes(overflowX) && each.scrollWidth > each.clientWidth) {
          canScroll = true;
        }
        left = Math.max(left, frame.left);
        right = Math.min(right, frame.right);
      }
      if (overflowY !== "visible") {
        top = Math.max(top, frame.top);
        bottom = Math.min(bottom, frame.bottom);
      }
      if (position === "fixed") break;
    }
    return { left, right, top, bottom, canScroll, hasEllipsis };
  }

  interface Line extends Box {
    node: Text;
    text: string;
    layer: Element | undefined;
  }
  const lines: Line[] = [];

  function lookAtText(node: Text) {
    const text = node.data.trim().slice(0, 30);
    const element = node.parentElement;
    if (!text || !element || !isShown(element) || element.closest("select, noscript")) return;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const full of range.getClientRects()) {
      const shown = clip(element, full);
      if (shown.bottom <= shown.top || full.width === 0) continue;
      const isCut = shown.left > full.left + 1 || shown.right < full.right - 1;
      if (isCut && !shown.canScroll) {
        if (!shown.hasEllipsis) faults.add(`“${text}” is cut off`);
        if (widthOf(shown) < LEAST_WIDTH) faults.add(`“${text}” has no space`);
      }
      if (!shown.canScroll) lookAtEdges(`“${text}”`, shown);
      if (shown.right > shown.left) lines.push({ ...shown, node, text, layer: layerOf(element) });
    }
  }

  function lookAtEdges(name: string, { left, right }: Box) {
    if (left < -1 || right > window.innerWidth + 1) faults.add(`${name} is outside of the window`);
    const frame = root.getBoundingClientRect();
    if (left < frame.left - 1 || right > frame.right + 1) {
      faults.add(`${name} is outside of its container`);
    }
  }

  function lookForOverlaps() {
    lines.sort((a, b) => a.top - b.top);
    lines.forEach((line, index) => {
      for (const other of lines.slice(index + 1)) {
        if (other.top >= line.bottom) break;
        const height = Math.min(line.bottom, other.bottom) - other.top;
        const width = Math.min(line.right, other.right) - Math.max(line.left, other.left);
        const least = Math.min(line.bottom - line.top, other.bottom - other.top);
        if (line.node === other.node || line.layer !== other.layer) continue;
        if (width > 2 && height > 0.4 * least) {
          faults.add(`“${line.text}” is over “${other.text}”`);
        }
      }
    });
  }

  function lookAtControl(control: Element) {
    const target = control.closest("label") ?? control;
    if (!isShown(target) || control.matches(":disabled")) return;
    const name = control.getAttribute("aria-label") ?? control.textContent?.trim().slice(0, 30);
    const shown = clip(target, target.getBoundingClientRect());
    if (shown.canScroll) return;
    lookAtEdges(`control “${name}”`, shown);
    const [x, y] = [(shown.left + shown.right) / 2, (shown.top + shown.bottom) / 2];
    // Not at the very edge, where `elementFromPoint` rounds to a point outside of the window.
    const isInView = shown.bottom > shown.top && y > 1 && y < window.innerHeight - 1;
    if (overlay && !isInView && shown.bottom > shown.top) {
      faults.add(`control “${name}” is outside of the window`);
    }
    if (!isInView) return;
    const hit = document.elementFromPoint(x, y);
    const isHit = hit !== null && (target.contains(hit) || hit.contains(target));
    // Scrolling uncovers what only floating parts cover.
    if (!isHit && (hit === null || layerOf(hit) === layerOf(target))) {
      faults.add(`control “${name}” is covered`);
    }
  }

  const scrolls = document.documentElement.scrollWidth - window.innerWidth;
  if (scrolls > 0) faults.add(`the page is ${scrolls} px wider than the window`);
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) lookAtText(texts.currentNode as Text);
  lookForOverlaps();
  for (const control of root.querySelectorAll(CONTROLS)) lookAtControl(control);
  return [...faults];
}
