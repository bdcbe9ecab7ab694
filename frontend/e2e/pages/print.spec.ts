import { expectSoundLayout } from "../support/geometry";
import { expect, test } from "../support/stubbed";
import { begin, nameOf, pageCases, show } from "./page-case";

/** The width of A4 and of Letter without margins. */
const PAPER = [680, 720];
const SCREEN_ONLY =
  "header, aside, button:not(th > button), th svg, input, select, a[href='#main'], [data-sonner-toaster], [data-slot=toolbar]";

for (const pageCase of pageCases.filter(({ state, as }) => !state && as !== "visitor")) {
  test(`${nameOf(pageCase)} is readable on paper`, async ({ page, api, stub }) => {
    begin(pageCase, api);
    await page.emulateMedia({ colorScheme: "dark" });
    await show(pageCase, { page, stub });
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    await expectSoundLayout(page, PAPER);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    for (const element of await page.locator(SCREEN_ONLY).all()) await expect(element).toBeHidden();
    for (const name of await page.locator("th:not(.print\\:hidden)").all()) {
      await expect(name).toHaveText(/\S/, { useInnerText: true });
    }
    const { ink, paper } = await page.getByRole("heading", { level: 1 }).evaluate((heading) => ({
      ink: getComputedStyle(heading).color,
      paper: getComputedStyle(document.body).backgroundColor,
    }));
    expect(paper).toBe("oklch(1 0 0)");
    expect(ink).toMatch(/^oklch\(0\.17 /);
  });
}
