import { expectAccessible } from "../support/axe";
import { expectEveryStop } from "../support/keyboard";
import { expectNoSidewaysScroll, expectStill, watchLayout } from "../support/layout";
import { expectNoMotion } from "../support/motion";
import { expect, test } from "../support/stubbed";
import { begin, nameOf, pageCases, show } from "./page-case";

const WIDTHS = [1280, 360];

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
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      await show(each, { page, stub });
      await expectStill(page, `${width} px`);
    }
    await each.act?.(page);
    for (const width of WIDTHS.toReversed()) {
      await page.setViewportSize({ width, height: 800 });
      await expectAccessible(page);
    }
    await expect(page).toHaveTitle(/\S · \S/);
    await expectNoMotion(page);
    await expectNoSidewaysScroll(page);
    await expectEveryStop(page, page.locator("body"));
    if (!each.isFailure) expect(errors).toEqual([]);
  });
}
