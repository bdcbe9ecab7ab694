import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

const THEMES = ["light", "dark"] as const;

interface Options {
  /** With a menu open: its portal lies outside of the landmarks by design. */
  overlay?: boolean;
  widths?: number[];
}

/** No finding of any axe rule, in both themes and on both widths, and nothing to scroll sideways at 320 px. */
export async function expectAccessible(
  page: Page,
  { overlay = false, widths = [1280, 360] }: Options = {},
) {
  for (const colorScheme of THEMES) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expect(page.locator("html")).toHaveClass(colorScheme);
    // However short a transition is, its colours arrive only with the next frame.
    await page.evaluate(() =>
      Promise.allSettled(document.getAnimations().map(({ finished }) => finished)),
    );
    for (const width of widths) {
      await page.setViewportSize({ width, height: 800 });
      const axe = new AxeBuilder({ page });
      const { violations } = await (overlay ? axe.disableRules("region") : axe).analyze();
      const found = violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map((n) => n.html).join(" ")}`,
      );
      expect(found, `${colorScheme}, ${width} px`).toEqual([]);
    }
  }
  await page.setViewportSize({ width: 320, height: 800 });
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - window.innerWidth,
  );
  expect(overflow, "sideways scroll at 320 px").toBeLessThanOrEqual(0);
}
