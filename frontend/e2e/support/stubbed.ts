import { readdirSync } from "node:fs";
import { test as base, expect, type Page } from "@playwright/test";
import type { Api } from "../stub/api";
import { Stub } from "../stub/server";

interface Fixtures {
  api: Api;
  /** Console errors and uncaught exceptions of the page. */
  errors: string[];
}

const ANSWERS = new URL("../stub/answers/", import.meta.url);

async function featureAnswers(): Promise<((api: Api) => void)[]> {
  const files = readdirSync(ANSWERS).map((file) => import(new URL(file, ANSWERS).href));
  return (await Promise.all(files)).map((module) => module.default);
}

/** Tests the built dashboard against a stub. Each worker has one stub, which is reset for each test. */
export const test = base.extend<Fixtures, { stub: Stub }>({
  stub: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright requires the pattern
    async ({}, use) => {
      const stub = await Stub.start();
      await use(stub);
      stub.stop();
    },
    { scope: "worker" },
  ],
  baseURL: ({ stub }, use) => use(stub.url),
  api: [
    async ({ stub }, use) => {
      stub.reset();
      for (const answer of await featureAnswers()) answer(stub.api);
      await use(stub.api);
      expect(stub.api.unknown, "calls that the stub does not handle").toEqual([]);
    },
    { auto: true },
  ],
  errors: [
    async ({ page }, use) => {
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(String(error)));
      page.on("console", (message) => {
        if (message.type() === "error") errors.push(message.text());
      });
      await use(errors);
    },
    { auto: true },
  ],
});

export { expect };

/** Waits until all requests are done and the page shows no loading state. */
export async function settled(page: Page, stub: Stub) {
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.locator("[aria-busy=true], [data-slot=skeleton]")).toHaveCount(0);
  await expect.poll(() => stub.isIdle).toBe(true);
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
}

export async function openPalette(page: Page) {
  await page.keyboard.press("ControlOrMeta+k");
  await expect(page.getByRole("combobox")).toBeFocused();
}
