import { expect, type Page } from "@playwright/test";

const LONGEST_MS = 1;

/** Nothing on the page moves for longer than a frame: for readers who asked for that. */
export async function expectNoMotion(page: Page) {
  const moving = await page.evaluate((longest) => {
    const milliseconds = (text: string) =>
      Math.max(...text.split(",").map((each) => Number.parseFloat(each) * 1000));
    return [...document.querySelectorAll("*")]
      .filter((element) => {
        const { transitionDuration, animationDuration } = getComputedStyle(element);
        return (
          milliseconds(transitionDuration) > longest || milliseconds(animationDuration) > longest
        );
      })
      .map((element) => element.outerHTML.slice(0, 120));
  }, LONGEST_MS);
  expect(moving, "what moves in spite of prefers-reduced-motion").toEqual([]);
}
