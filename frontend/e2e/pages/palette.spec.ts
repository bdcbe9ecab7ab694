import { list, many } from "../stub/answer";
import { person } from "../stub/answers/users";
import { expect, openPalette, settled, test } from "../support/stubbed";

test.beforeEach(async ({ page, api, stub }) => {
  api.user = person(0);
  await page.goto("/");
  await settled(page, stub);
});

test("the palette opens a page by its name", async ({ page }) => {
  await openPalette(page);
  await page.keyboard.type("passw");
  await expect(page.getByRole("option", { selected: true })).toContainText("Password");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL("/settings/password");
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
});

test("arrow keys visit every choice and wrap around", async ({ page }) => {
  await openPalette(page);
  const options = page.getByRole("option");
  await expect(options.first()).toHaveAttribute("aria-selected", "true");
  const count = await options.count();
  for (let index = 1; index <= count; index += 1) {
    await page.keyboard.press("ArrowDown");
    await expect(options.nth(index % count)).toHaveAttribute("aria-selected", "true");
  }
});

test("a search without results shows a notice", async ({ page, api }) => {
  const nothing = list(many(0, person), new URLSearchParams());
  for (const operation of api.lists()) api.on(operation, nothing);
  await openPalette(page);
  await page.keyboard.type("no such thing");
  await expect(page.getByText("No results for")).toBeVisible();
});

test("the palette finds and opens a user", async ({ page, api, stub }) => {
  api.user = person(0, { is_superuser: true });
  await page.reload();
  await settled(page, stub);
  await openPalette(page);
  await page.keyboard.type("hopper");
  await page.getByRole("option", { name: "Grace Hopper" }).first().click();
  await expect(page).toHaveURL(/\/admin\?.*user=/);
  await expect(page.getByRole("dialog", { name: "Edit User" })).toBeVisible();
});

test("shortcuts are disabled while typing", async ({ page }) => {
  await page.goto("/settings");
  await page.getByTestId("full-name-input").fill("");
  await page.getByTestId("full-name-input").pressSequentially("g d ? [ c");
  await expect(page.getByTestId("full-name-input")).toHaveValue("g d ? [ c");
  await expect(page).toHaveURL("/settings");
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("shortcuts open pages", async ({ page }) => {
  await page.keyboard.press("g");
  await page.keyboard.press("s");
  await expect(page).toHaveURL("/settings");
  await page.keyboard.press("g");
  await page.keyboard.press("d");
  await expect(page).toHaveURL("/");
});
