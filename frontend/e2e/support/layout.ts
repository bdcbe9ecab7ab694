import { expect, type Page } from "@playwright/test";

const SHIFTS = "layoutShifts";
const MOST = 0.02;

/** Counts from the next load on how far content jumps that nobody touched. */
export async function watchLayout(page: Page) {
  await page.addInitScript((name) => {
    const state = { sum: 0, sources: [] as string[] };
    Object.assign(window, { [name]: state });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as LayoutShift[]) {
        if (entry.hadRecentInput) continue;
        state.sum += entry.value;
        for (const { node } of entry.sources) state.sources.push(describe(node));
      }
    }).observe({ type: "layout-shift", buffered: true });

    interface LayoutShift extends PerformanceEntry {
      value: number;
      hadRecentInput: boolean;
      sources: { node: Node | null }[];
    }
    function describe(node: Node | null) {
      const element = node instanceof Element ? node : node?.parentElement;
      return `${element?.tagName} ${element?.textContent?.slice(0, 40)}`;
    }
  }, SHIFTS);
}

export async function expectStill(page: Page, where: string) {
  const shifts = await page.evaluate(
    (name) => (window as unknown as Record<string, { sum: number; sources: string[] }>)[name],
    SHIFTS,
  );
  expect(
    shifts?.sum,
    `layout shift at ${where}: ${shifts?.sources.join(" | ")}`,
  ).toBeLessThanOrEqual(MOST);
}

/** Gives the page another width, and waits until it has heard of it: other buttons may be there then. */
export async function resize(page: Page, width: number) {
  await page.setViewportSize({ width, height: 800 });
  await page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
  );
}

/** Nothing to scroll sideways on the narrowest screens. */
export async function expectNoSidewaysScroll(page: Page, width = 320) {
  await page.setViewportSize({ width, height: 720 });
  const overflow = () =>
    page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  await expect.poll(overflow, `sideways scroll at ${width} px`).toBeLessThanOrEqual(0);
}
