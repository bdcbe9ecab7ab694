import { expectSoundLayout, WIDTHS } from "../support/geometry";
import { lengthenTexts } from "../support/long-texts";
import { expect, settled, test } from "../support/stubbed";
import { begin, nameOf, open, overlayCases, pageCases, urlOf, widthsOf } from "./page-case";

for (const pageCase of pageCases.filter(({ state }) => !state)) {
  test(`${nameOf(pageCase)} has space for long texts`, async ({ page, api, stub }) => {
    await lengthenTexts(page);
    begin(pageCase, api);
    await page.goto(urlOf(pageCase));
    await settled(page, stub);
    await expectSoundLayout(page, [...WIDTHS, 2560]);
  });
}

for (const overlayCase of overlayCases) {
  test(`the ${overlayCase.name} has space for long texts`, async ({ page, api, stub }) => {
    await lengthenTexts(page);
    begin(overlayCase, api);
    const widths = overlayCase.width ? widthsOf(overlayCase.width) : WIDTHS;
    await page.setViewportSize({ width: widths[0] ?? 0, height: 800 });
    await page.goto(overlayCase.url);
    await settled(page, stub);
    const overlay = await open(overlayCase, page);
    await expectSoundLayout(page, widths);
    await expect(overlay).toBeVisible();
  });
}
