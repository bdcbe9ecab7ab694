import { expect, test } from "../support/stubbed";
import { begin, nameOf, pageCases, urlOf } from "./page-case";

const ENTRY = /\/assets\/index-[^/]+\.js$/;

for (const pageCase of pageCases.filter(({ route, state }) => !state && !route.includes("$"))) {
  test(`${nameOf(pageCase)} preloads every file it needs`, async ({ page, api }) => {
    begin(pageCase, api);
    let runEntry = () => {};
    const entryMayRun = new Promise<void>((resolve) => {
      runEntry = resolve;
    });
    await page.route(ENTRY, async (route) => {
      await entryMayRun;
      await route.continue();
    });
    await page.goto(urlOf(pageCase), { waitUntil: "commit" });
    await expect(page.getByText("Loading…")).toBeVisible();
    const early = await page
      .locator("link[rel=modulepreload]")
      .evaluateAll((links) => links.map((link) => (link as HTMLLinkElement).href));

    await page.route("**/assets/*.js", (route) =>
      ENTRY.test(route.request().url()) || early.includes(route.request().url())
        ? route.fallback()
        : route.abort(),
    );
    runEntry();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(pageCase.heading);
  });
}
