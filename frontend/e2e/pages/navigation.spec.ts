import type { Page } from "@playwright/test";
import { person } from "../stub/answers/users";
import { expect, settled, test } from "../support/stubbed";

test.beforeEach(async ({ page, api, stub }) => {
  api.user = person(0, { is_superuser: true });
  await page.goto("/");
  await settled(page, stub);
});

const links = (page: Page) => page.getByRole("navigation", { name: "Main" }).getByRole("link");

test("navigation links focus the heading and change title", async ({ page }) => {
  const last = (await links(page).count()) - 1;
  expect(last).toBeGreaterThan(0);
  // Start with the last link: the first one is the page that is already open.
  for (let index = last; index >= 0; index -= 1) {
    const title = await page.title();
    await links(page).nth(index).press("Enter");
    await expect(page).not.toHaveTitle(title);
    await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  }
});

test("hovering a link prefetches the page's data", async ({ page, api, stub }) => {
  const link = links(page).filter({ hasText: "Users" });
  const isListRead = (call: string) => call.startsWith("GET /users/?page=1");
  await link.hover();
  await expect.poll(() => api.calls.filter(isListRead)).toHaveLength(1);
  await settled(page, stub);
  api.on("GET /users/", () => new Promise(() => {}));
  await link.click();
  await expect(page.getByRole("heading", { level: 1, name: "Users" })).toBeVisible();
  await expect(page.getByRole("table").getByRole("row")).not.toHaveCount(0);
  expect(api.calls.filter(isListRead)).toHaveLength(1);
});
