import { expect, type Page } from "@playwright/test";
import { expectSoundLayout } from "./geometry";

/** The width of A4 and of Letter without margins. */
const PAPER = [680, 720];
const SCREEN_ONLY =
  "header, aside, button:not(th > button), th svg, input, select, a[href='#main'], [data-sonner-toaster], [data-slot=toolbar]";

/** Expects black text on white paper, also in the dark theme, without controls but with the headers of columns. */
export async function expectReadableOnPaper(page: Page) {
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await expectSoundLayout(page, PAPER);
  const title = page.getByRole("heading", { level: 1 });
  await expect(title).toBeVisible();
  await expect(page.locator(SCREEN_ONLY).filter({ visible: true })).toHaveCount(0);
  for (const header of await page.locator("th:not(.print\\:hidden)").all()) {
    await expect(header).toHaveText(/\S/, { useInnerText: true });
  }
  const { ink, paper } = await title.evaluate((heading) => ({
    ink: getComputedStyle(heading).color,
    paper: getComputedStyle(document.body).backgroundColor,
  }));
  expect(paper).toBe("oklch(1 0 0)");
  expect(ink).toMatch(/^oklch\(0\.17 /);
  await page.emulateMedia({ media: "screen" });
}
