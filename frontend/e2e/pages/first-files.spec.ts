import { expect, test } from "../support/stubbed";
import { begin, nameOf, pageCases, urlOf } from "./page-case";

const FIRST = /\/assets\/index-[^/]+\.js$/;

for (const each of pageCases.filter(({ route, state }) => !state && !route.includes("$"))) {
  test(`${nameOf(each)} needs no file that is asked for only when the entry runs`, async ({
    page,
    api,
  }) => {
    begin(each, api);
    let runEntry = () => {};
    const entryMayRun = new Promise<void>((resolve) => {
      runEntry = resolve;
    });
    await page.route(FIRST, async (route) => {
      await entryMayRun;
      await route.continue();
    });
    await page.goto(urlOf(each), { waitUntil: "commit" });
    await expect(page.getByText("Loading…")).toBeVisible();
    const early = await page
      .locator("link[rel=modulepreload]")
      .evaluateAll((links) => links.map((link) => (link as HTMLLinkElement).href));

    await page.route("**/assets/*.js", (route) =>
      FIRST.test(route.request().url()) || early.includes(route.request().url())
        ? route.fallback()
        : route.abort(),
    );
    runEntry();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(each.heading);
  });
}
