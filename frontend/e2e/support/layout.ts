import { expect, type Page } from "@playwright/test";

const SHIFTS = "layoutShifts";
const MAX_SHIFT = 0.02;

/** From the next page load on, sums up layout shifts that no user input caused. */
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

export async function expectNoLayoutShift(page: Page, where: string) {
  const shifts = await page.evaluate(
    (name) => (window as unknown as Record<string, { sum: number; sources: string[] }>)[name],
    SHIFTS,
  );
  expect(
    shifts?.sum,
    `layout shift at ${where}: ${shifts?.sources.join(" | ")}`,
  ).toBeLessThanOrEqual(MAX_SHIFT);
}

/** Resizes the page and waits until it has rendered: other controls can appear at the new width. */
export async function resize(page: Page, width: number) {
  await page.setViewportSize({ width, height: 800 });
  await page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
  );
}
