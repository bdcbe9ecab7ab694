import { person } from "../stub/answers/users";
import { expect, openPalette, settled, test } from "../support/stubbed";

test.beforeEach(async ({ page, api, stub }) => {
  api.user = person(0);
  await page.goto("/");
  await settled(page, stub);
});

test("the palette finds and opens an item", async ({ page }) => {
  await openPalette(page);
  await page.keyboard.type("ladder");
  await page.getByRole("option", { name: "Long ladder 2" }).click();
  await expect(page).toHaveURL(/\/items\?.*item=/);
  await expect(page.getByRole("dialog", { name: "Edit Item" })).toBeVisible();
});
