import { expectAccessible } from "../support/axe";
import { expectEveryStop } from "../support/keyboard";
import { expectNoSidewaysScroll, expectStill, resize, watchLayout } from "../support/layout";
import { expectNoMotion } from "../support/motion";
import { expect, test } from "../support/stubbed";
import { begin, nameOf, pageCases, show } from "./page-case";

for (const each of pageCases) {
  test(`${nameOf(each)} is accessible, still and used by keyboard`, async ({
    page,
    api,
    stub,
    errors,
  }) => {
    // Long enough for whatever is shown meanwhile.
    api.delayMs = 200;
    begin(each, api);
    await watchLayout(page);
    for (const width of [1280, 360]) {
      await page.setViewportSize({ width, height: 800 });
      await show(each, { page, stub });
      await expectStill(page, `${width} px`);
    }
    await each.act?.(page);
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
    await resize(page, 1280);
    await expectAccessible(page);
    await expectNoMotion(page);
    await expectEveryStop(page, page.locator("body"), { covered: each.covered });
    await expect(page).toHaveTitle(/\S · \S/);
    if (!each.isFailure) expect(errors).toEqual([]);
  });
}
