import type { Page } from "@playwright/test";
import { person } from "../stub/answers/users";
import { expectSoundLayout } from "../support/geometry";
import { resize } from "../support/layout";
import { expect, settled, test } from "../support/stubbed";

test.beforeEach(({ api }) => {
  api.user = person(0, { is_superuser: true });
});

async function show(page: Page, url: string, width: number) {
  await page.setViewportSize({ width, height: 800 });
  await page.goto(url);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
}

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const header = (page: Page, name: string) => page.getByRole("columnheader", { name });

test("the sidebar starts as icons on tablets", async ({ page }) => {
  await show(page, "/", 1023);
  await expect(button(page, "Expand sidebar")).toBeVisible();
  await resize(page, 1024);
  await expect(button(page, "Collapse sidebar")).toBeVisible();
});

test("each size keeps the sidebar's state", async ({ page, stub }) => {
  await show(page, "/admin", 800);
  await button(page, "Expand sidebar").click();
  await resize(page, 1280);
  await button(page, "Collapse sidebar").click();
  await page.reload();
  await settled(page, stub);
  await expect(button(page, "Expand sidebar")).toBeVisible();
  await resize(page, 800);
  await expect(button(page, "Collapse sidebar")).toBeVisible();
});

for (const url of ["/", "/admin", "/settings", "/settings/appearance"]) {
  test(`${url} has space beside an open sidebar`, async ({ page, stub }) => {
    await page.addInitScript(() => localStorage.setItem("sidebar-open-on-tablets", "true"));
    await show(page, url, 768);
    await settled(page, stub);
    await expectSoundLayout(page, [768, 834, 900, 1023]);
  });
}

test("a table keeps its roles on phones", async ({ page, stub }) => {
  await show(page, "/admin", 320);
  await settled(page, stub);
  const rows = page.getByRole("table").getByRole("row");
  await expect(rows).toHaveCount(21);
  await expect(header(page, "Full name")).toBeVisible();
  await expect(header(page, "Email")).toBeHidden();
  await expect(rows.nth(2).getByRole("cell").nth(1)).toContainText("grace-1@example.com");
  await expect(rows.nth(4).getByRole("cell").nth(1)).toContainText("Inactive");
});

test("a phone sorts by a column it hides", async ({ page, stub }) => {
  await show(page, "/admin", 390);
  await settled(page, stub);
  await button(page, "Sort").click();
  await page.getByRole("menuitemradio", { name: "Email, descending" }).click();
  await expect(page).toHaveURL(/sort=-email/);
  await button(page, "Sort").click();
  await expect(page.getByRole("menuitemradio", { checked: true })).toHaveText("Email, descending");
  await page.keyboard.press("Escape");
  await resize(page, 1440);
  await expect(button(page, "Sort")).toBeHidden();
  await expect(header(page, "Email")).toHaveAttribute("aria-sort", "descending");
});

test("sortable headers show it without a pointer", async ({ page, stub }) => {
  await show(page, "/admin", 1440);
  await settled(page, stub);
  for (const name of ["Full name", "Email", "Created"]) {
    await expect(header(page, name).locator("svg")).toHaveCSS("opacity", "1");
  }
});

test("the column menu offers what fits", async ({ page, stub }) => {
  await show(page, "/admin", 390);
  await settled(page, stub);
  await button(page, "Columns").click();
  const entry = page.getByRole("menuitemcheckbox", { name: "Email" });
  await expect(entry).toHaveAttribute("aria-disabled", "true");
  await expect(entry).not.toBeChecked();
  await expect(page.getByText("Some columns need a wider window.")).toBeVisible();
  await page.keyboard.press("Escape");
  await resize(page, 1440);
  await button(page, "Columns").click();
  await expect(entry).toBeChecked();
  await entry.click();
  await expect(header(page, "Email")).toHaveCount(0);
});

test("a form on a phone says that it is offline", async ({ page, stub, context }) => {
  await show(page, "/admin", 390);
  await settled(page, stub);
  await button(page, "Add User").click();
  const sheet = page.getByRole("dialog", { name: "Add User" });
  await context.setOffline(true);
  await expect(sheet.getByText("You're offline.")).toBeVisible();
  await expectSoundLayout(page, [320, 390]);
  await context.setOffline(false);
  await expect(sheet.getByText("You're offline.")).toHaveCount(0);
});

test("the selected settings tab is in view", async ({ page, stub }) => {
  await show(page, "/settings/danger", 320);
  await settled(page, stub);
  const tab = await page.getByRole("tab", { selected: true }).boundingBox();
  expect(tab?.x).toBeGreaterThanOrEqual(0);
  expect((tab?.x ?? 0) + (tab?.width ?? 0)).toBeLessThanOrEqual(320);
});

test.describe("on a touch screen", () => {
  test.use({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 800 } });

  test("touch targets leave space for the rest", async ({ page, stub }) => {
    for (const url of ["/", "/admin", "/settings/appearance"]) {
      await page.goto(url);
      await settled(page, stub);
      await expectSoundLayout(page, [320, 390]);
    }
  });

  test("an open row shows no keyboard", async ({ page, stub }) => {
    await page.goto("/admin");
    await settled(page, stub);
    await page.getByRole("row").nth(2).getByRole("link").tap();
    const sheet = page.getByRole("dialog", { name: "Edit User" });
    await expect(sheet).toBeFocused();
    expect(await page.evaluate(() => window.getSelection()?.toString())).toBe("");
    await sheet.getByRole("button", { name: "Cancel" }).tap();
    await button(page, "Add User").tap();
    await expect(page.getByRole("dialog").getByLabel("Email")).toBeFocused();
  });
});
