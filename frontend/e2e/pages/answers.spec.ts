import type { Page } from "@playwright/test";
import { type Answer, page as htmlPage, REQUEST_ID, refuse, type Stream } from "../stub/answer";
import type { Api } from "../stub/api";
import { expectAccessible } from "../support/axe";
import { expect, settled, test } from "../support/stubbed";
import { begin, nameOf, pageCases, urlOf } from "./page-case";

const FAILURES: [string, Answer | Stream][] = [
  ["an internal error", refuse(500, "INT_001", "Internal Server Error")],
  [
    "too many requests",
    { status: 429, headers: { "Retry-After": "30" }, body: "Too Many Requests" },
  ],
  ["a proxy's error page", htmlPage(502)],
  ["HTML instead of JSON", htmlPage(200)],
  ["an empty body", { status: 200, headers: {}, body: "" }],
  ["a lost connection", (response) => response.destroy()],
];
/** Text that only programs produce and users must not see. */
const JARGON = /undefined|null|NaN|\[object|<html|SyntaxError|TypeError|Unexpected token/;

const failure = (page: Page) => page.getByRole("main").getByRole("alert").first();

/** Skips the pauses between retries and waits for the error. */
const expectFailure = (page: Page) =>
  expect(async () => {
    await page.clock.fastForward(60_000);
    await expect(failure(page)).toBeVisible({ timeout: 250 });
  }).toPass({ timeout: 10_000 });

for (const pageCase of pageCases) {
  for (const operation of pageCase.reads ?? []) {
    test(`${nameOf(pageCase)} shows that ${operation} is loading`, async ({ page, api, stub }) => {
      let release = () => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      begin(pageCase, api);
      const usual = api.handler(operation);
      api.on(operation, async (call) => {
        await released;
        return usual(call);
      });
      await page.goto(urlOf(pageCase));
      const waiting = page.locator("[aria-busy=true], [data-slot=skeleton]");
      await expect(waiting.first()).toBeVisible();
      await expectAccessible(page);
      release();
      await settled(page, stub);
      await expect(waiting).toHaveCount(0);
    });

    test(`${nameOf(pageCase)} survives every bad response to ${operation}`, async ({
      page,
      api,
      stub,
    }) => {
      await page.clock.install();
      begin(pageCase, api);
      const usual = api.handler(operation);
      let badResponse: Answer | Stream | undefined;
      api.on(operation, (call) => badResponse ?? usual(call));

      for (const [name, failureResponse] of FAILURES) {
        await test.step(name, async () => {
          badResponse = failureResponse;
          if (api.calls.length === 0) await page.goto(urlOf(pageCase));
          else await tryAgain(page, api, operation);
          await expectFailure(page);
          expect(await page.getByRole("main").innerText()).not.toMatch(JARGON);
          if (name === "an internal error") {
            await expect(failure(page)).toContainText(REQUEST_ID);
            await expectAccessible(page);
          }
        });
      }

      badResponse = undefined;
      // A retry that is on its way can succeed before the click. Then there is no button any more.
      const button = page.getByRole("button", { name: "Try again" }).first();
      await button.click({ timeout: 2_000 }).catch(() => {});
      await expect(failure(page)).toBeHidden();
      await settled(page, stub);
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(pageCase.heading);
    });
  }
}

async function tryAgain(page: Page, api: Api, operation: string) {
  const before = api.count(operation);
  await page.getByRole("button", { name: "Try again" }).first().click();
  await expect.poll(() => api.count(operation)).toBeGreaterThan(before);
}
