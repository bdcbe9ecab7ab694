import { expect, type Page } from "@playwright/test";

const LONGEST_MS = 1;

/** Expects no animation or transition longer than a frame, as with `prefers-reduced-motion`. */
export async function expectNoMotion(page: Page) {
  const moving = await page.evaluate((longest) => {
    const milliseconds = (text: string) =>
      Math.max(...text.split(",").map((seconds) => Number.parseFloat(seconds) * 1000));
    return [...document.querySelectorAll("*")]
      .filter((element) => {
        const { transitionDuration, animationDuration } = getComputedStyle(element);
        return (
          milliseconds(transitionDuration) > longest || milliseconds(animationDuration) > longest
        );
      })
      .map((element) => element.outerHTML.slice(0, 120));
  }, LONGEST_MS);
  expect(moving, "elements that move despite prefers-reduced-motion").toEqual([]);
}
