import { expectAccessible } from "../support/axe";
import { expectEveryEntry, expectEveryStop } from "../support/keyboard";
import { expectNoSidewaysScroll, resize } from "../support/layout";
import { expectNoMotion } from "../support/motion";
import { expect, test } from "../support/stubbed";
import { begin, open, overlayCases, show } from "./page-case";

const WIDTHS = [1280, 360];

for (const each of overlayCases) {
  test(`the ${each.name} is accessible, used by keyboard and gives the focus back`, async ({
    page,
    api,
    stub,
  }) => {
    begin(each, api);
    const widths = each.width ? [each.width] : WIDTHS;
    await page.setViewportSize({ width: widths[0] ?? 0, height: 800 });
    await show(each, { page, stub });
    for (const width of widths) {
      await test.step(`${width} px`, async () => {
        await resize(page, width);
        const overlay = await open(each, page);
        await expectNoMotion(page);
        await expectAccessible(page, { overlay: true });
        if (each.kind === "menu") await expectEveryEntry(page, overlay);
        else await expectEveryStop(page, overlay, { trapped: true });
        if (width < 1280) await expectNoSidewaysScroll(page);
        await page.keyboard.press("Escape");
        await expect(overlay).toBeHidden();
        await expect(each.opener(page)).toBeFocused();
      });
    }
  });
}
