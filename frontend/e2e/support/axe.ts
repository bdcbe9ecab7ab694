import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, type Page } from "@playwright/test";
import type { AxeResults, RunOptions } from "axe-core";

const require = createRequire(import.meta.url);
const source = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

export const THEMES = ["light", "dark"] as const;

interface Options {
  /** Set when an overlay is open: its portal is outside the landmarks by design. */
  overlay?: boolean;
}

/** Expects no violation of any axe rule in either theme, at the current width. */
export async function expectAccessible(page: Page, { overlay = false }: Options = {}) {
  for (const colorScheme of THEMES) {
    await page.emulateMedia({ colorScheme });
    await expect(page.locator("html")).toHaveClass(colorScheme);
    await animationsFinished(page);
    const found = await findings(page, overlay ? { region: { enabled: false } } : {});
    expect(found, `${colorScheme}, ${page.viewportSize()?.width} px`).toEqual([]);
  }
}

async function findings(page: Page, rules: RunOptions["rules"]) {
  await page.evaluate(`window.axe ?? (() => { ${source} })()`);
  const { violations } = await page.evaluate(
    (rules): Promise<AxeResults> =>
      (window as unknown as { axe: typeof import("axe-core") }).axe.run(document, {
        rules,
        resultTypes: ["violations"],
      }),
    rules,
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

/** Waits for animations: even the shortest transition reaches its final colours only in the next frame. */
const animationsFinished = (page: Page) =>
  page.evaluate(() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished)));
