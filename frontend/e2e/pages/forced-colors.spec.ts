import type { Locator, Page } from "@playwright/test";
import { person } from "../stub/answers/users";
import { expect, openPalette, settled, test } from "../support/stubbed";

test.use({ contextOptions: { forcedColors: "active", reducedMotion: "reduce" } });

test.beforeEach(async ({ page, api, stub }) => {
  api.user = person(0, { is_superuser: true });
  await page.goto("/admin");
  await settled(page, stub);
});

/** Whether a line is drawn around an element: backgrounds and shadows do not exist in forced colours. */
const line = (locator: Locator, kind: "outline" | "border") =>
  locator.evaluate((element, kind) => {
    const style = getComputedStyle(element);
    const side = kind === "border" ? "border-top" : "outline";
    const value = (name: string) => style.getPropertyValue(`${side}-${name}`);
    const isDrawn = value("style") !== "none" && Number.parseFloat(value("width")) > 0;
    return isDrawn && !/transparent|rgba\(.*, 0\)/.test(value("color"));
  }, kind);

const expectOutline = (locator: Locator) =>
  expect.poll(() => line(locator, "outline"), String(locator)).toBe(true);
const expectBorder = (locator: Locator) =>
  expect.poll(() => line(locator, "border"), String(locator)).toBe(true);

test("selections have an outline in forced colours", async ({ page, stub }) => {
  await expectOutline(page.getByRole("link", { name: "Users", exact: true }));
  await page.getByRole("checkbox").nth(1).check();
  await expectOutline(page.getByRole("row").nth(2));

  await page.getByTestId("theme-button").click();
  await page.getByTestId("dark-mode").hover();
  await expectOutline(page.getByTestId("dark-mode"));
  await page.keyboard.press("Escape");
  await expect(page.getByRole("menu")).toHaveCount(0);

  await openPalette(page);
  await expectOutline(page.getByRole("option", { selected: true }));

  await page.goto("/");
  await settled(page, stub);
  await expectOutline(page.getByText("30 days", { exact: true }));

  await page.goto("/settings/appearance");
  await settled(page, stub);
  await expectOutline(page.getByRole("tab", { selected: true }));
  await expectOutline(checkedThemeCard(page));
});

const checkedThemeCard = (page: Page) =>
  page.getByRole("main").locator("label", { has: page.locator("input[name]:checked") });

test("controls have a border in forced colours", async ({ page, stub }) => {
  const buttons = page.getByRole("main").locator("[data-slot=button]:not(:disabled)");
  for (const button of await buttons.all()) await expectBorder(button);
  await page.goto("/settings/appearance");
  await settled(page, stub);
  const shortcuts = page.getByRole("switch");
  await expectBorder(shortcuts);
  const colour = () => shortcuts.evaluate((element) => getComputedStyle(element).backgroundColor);
  const on = await colour();
  await shortcuts.uncheck();
  expect(await colour()).not.toBe(on);
});
