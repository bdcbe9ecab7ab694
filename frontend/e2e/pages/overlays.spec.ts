import { expectAccessible } from "../support/axe";
import { expectSoundLayout } from "../support/geometry";
import { expectEveryEntry, expectEveryStop } from "../support/keyboard";
import { resize } from "../support/layout";
import { expectNoMotion } from "../support/motion";
import { expect, test } from "../support/stubbed";
import { begin, open, overlayCases, show, widthsOf } from "./page-case";

const WIDTHS = [1280, 360];

for (const overlayCase of overlayCases) {
  test(`the ${overlayCase.name} is accessible, keyboard-operable and returns focus`, async ({
    page,
    api,
    stub,
  }) => {
    begin(overlayCase, api);
    const widths = overlayCase.width ? [overlayCase.width] : WIDTHS;
    await page.setViewportSize({ width: widths[0] ?? 0, height: 800 });
    await show(overlayCase, { page, stub });
    for (const width of widths) {
      await test.step(`${width} px`, async () => {
        await resize(page, width);
        const overlay = await open(overlayCase, page);
        await expectSoundLayout(page, widthsOf(width));
        await expectNoMotion(page);
        await expectAccessible(page, { overlay: true });
        if (overlayCase.kind === "menu") await expectEveryEntry(page, overlay);
        else await expectEveryStop(page, overlay, { trapped: true });
        await page.keyboard.press("Escape");
        await expect(overlay).toBeHidden();
        await expect(overlayCase.opener(page)).toBeFocused();
      });
    }
  });
}
