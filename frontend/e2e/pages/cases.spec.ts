import { expectAccessible } from "../support/axe";
import { expectSoundLayout } from "../support/geometry";
import { expectEveryStop } from "../support/keyboard";
import { expectNoLayoutShift, resize, watchLayout } from "../support/layout";
import { expectNoMotion } from "../support/motion";
import { expectReadableOnPaper } from "../support/print";
import { expect, test } from "../support/stubbed";
import { begin, nameOf, pageCases, show } from "./page-case";

for (const pageCase of pageCases) {
  test(`${nameOf(pageCase)} is accessible, stable and keyboard-operable`, async ({
    page,
    api,
    stub,
    errors,
  }) => {
    // Long enough for loading states to appear.
    api.delayMs = 200;
    begin(pageCase, api);
    await watchLayout(page);
    for (const width of [1280, 360]) {
      await page.setViewportSize({ width, height: 800 });
      await show(pageCase, { page, stub });
      await expectNoLayoutShift(page, `${width} px`);
    }
    await pageCase.act?.(page);
    await expectAccessible(page);
    await resize(page, 1280);
    await expectAccessible(page);
    await expectSoundLayout(page);
    await expectNoMotion(page);
    await expectEveryStop(page, page.locator("body"), { covered: pageCase.covered });
    if (!pageCase.state && pageCase.as !== "visitor") await expectReadableOnPaper(page);
    await expect(page).toHaveTitle(/\S · \S/);
    if (!pageCase.isFailure) expect(errors).toEqual([]);
  });
}
