import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { expect, logIn, SAME_ORIGIN, test } from "../support/fixtures";

/** Adds items through the API, one after the other, and returns their ids. The last one is the newest. */
async function addItems(page: Page, ...titles: string[]) {
  const ids: string[] = [];
  for (const title of titles) {
    const data = { title, description: `About ${title}` };
    const response = await page.request.post("/api/v1/items/", { data, headers: SAME_ORIGIN });
    expect(response.ok()).toBe(true);
    ids.push((await response.json()).id);
  }
  return ids;
}

const numbered = (count: number) =>
  Array.from({ length: count }, (_, index) => `Item ${String(index + 1).padStart(2, "0")}`);

const row = (page: Page, title: string) => page.getByRole("row").filter({ hasText: title });

/** The titles on screen, from the top. */
const titles = (page: Page) => page.locator("tbody tr td:nth-child(2) a");

async function chooseAction(page: Page, title: string, action: string) {
  await row(page, title).getByRole("button").last().click();
  await page.getByRole("menuitem", { name: action }).click();
}

test("the first item is created, edited and deleted", async ({ signedIn: page }) => {
  await page.goto("/items");
  await expect(page.getByRole("heading", { name: "Items" })).toBeVisible();
  await expect(page.getByText("Create and manage your items")).toBeVisible();
  await expect(page.getByText("You don't have any items yet")).toBeVisible();
  await expect(page.getByText("Add a new item to get started")).toBeVisible();

  await page.getByRole("button", { name: "Add Item" }).click();
  await page.getByLabel("Title").fill("Ladder");
  await page.getByLabel("Description").fill("In the shed");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Item created successfully")).toBeVisible();
  await expect(row(page, "Ladder")).toContainText("In the shed");

  await chooseAction(page, "Ladder", "Edit Item");
  await expect(page.getByRole("button", { name: "Save" })).toBeDisabled();
  await page.getByLabel("Title").fill("Long ladder");
  await page.getByLabel("Description").fill("");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Item updated successfully")).toBeVisible();
  await expect(row(page, "Long ladder")).not.toContainText("In the shed");

  await chooseAction(page, "Long ladder", "Delete Item");
  await page.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByText("The item was deleted successfully")).toBeVisible();
  await expect(page.getByText("You don't have any items yet")).toBeVisible();
});

test("a second Enter creates no second item", async ({ signedIn: page }) => {
  await page.goto("/items");
  await page.getByRole("button", { name: "Add Item" }).click();
  await page.getByLabel("Title").fill("Ladder");
  await page.keyboard.press("Enter");
  await page.waitForTimeout(200);
  await page.keyboard.press("Enter");
  await expect(page.getByText("Item created successfully")).toBeVisible();
  const items = await (await page.request.get("/api/v1/items/")).json();
  expect(items.count).toBe(1);
});

test("a row opens in a new tab", async ({ signedIn: page, context }) => {
  await addItems(page, "Ladder");
  await page.goto("/items");
  for (const button of ["left", "middle"] as const) {
    const opened = context.waitForEvent("page");
    const modifiers = button === "left" ? (["ControlOrMeta"] as const) : [];
    await row(page, "Ladder")
      .locator("time")
      .click({ button, modifiers: [...modifiers] });
    const tab = await opened;
    await expect(tab.getByLabel("Title")).toHaveValue("Ladder");
    await tab.close();
  }
  await expect(page).toHaveURL("/items");
});

test("client and server errors appear at the field", async ({ signedIn: page }) => {
  await page.goto("/items");
  await page.getByRole("button", { name: "Add Item" }).click();
  await page.getByLabel("Title").fill("");
  await page.getByLabel("Title").blur();
  await expect(page.getByText("Title is required")).toBeVisible();

  await page.getByLabel("Title").fill("x".repeat(256));
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Title must be at most 255 characters")).toBeVisible();
  await expect(page.getByLabel("Title")).toBeFocused();

  // Only the server refuses this character.
  await page.getByLabel("Title").fill("a\u0000b");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("dialog").getByText(/NUL|null/i)).toBeVisible();
  await expect(page.getByLabel("Title")).toHaveValue("a\u0000b");
});

test("Back restores search, sorting and page", async ({ signedIn: page }) => {
  await addItems(page, ...numbered(25), "Kettle");
  await page.goto("/items");
  await expect(titles(page)).toHaveCount(20);
  await expect(titles(page).first()).toHaveText("Kettle");
  await expect(page.getByText("1–20 of 26")).toBeVisible();

  await page.getByRole("button", { name: "Next page" }).click();
  await expect(page).toHaveURL("/items?page=2");
  await expect(titles(page)).toHaveCount(6);

  await page.getByRole("button", { name: "Title" }).click();
  await expect(page).toHaveURL("/items?sort=title");
  await expect(titles(page).first()).toHaveText("Item 01");
  await page.getByRole("button", { name: "Title" }).click();
  await expect(page).toHaveURL("/items?sort=-title");
  await expect(titles(page).first()).toHaveText("Kettle");

  await page.getByRole("searchbox").fill("item 1");
  await expect(page).toHaveURL("/items?sort=-title&q=item+1");
  await expect(titles(page)).toHaveCount(10);
  await expect(titles(page).first()).toHaveText("Item 19");

  await page.getByLabel("Rows per page").selectOption("10");
  await expect(page).toHaveURL("/items?sort=-title&q=item+1&size=10");

  await page.goBack();
  await expect(page).toHaveURL("/items?sort=-title&q=item+1");
  await page.goBack();
  await expect(page).toHaveURL("/items?sort=title");
  await expect(page.getByRole("searchbox")).toHaveValue("");
  await page.goBack();
  await expect(page).toHaveURL("/items?page=2");
  await expect(titles(page)).toHaveCount(6);
});

test("a search without results can be cleared", async ({ signedIn: page }) => {
  await addItems(page, "Kettle");
  await page.goto("/items?q=100%25");
  await expect(page.getByText("No items found")).toBeVisible();
  await page.getByRole("button", { name: "Clear search" }).last().click();
  await expect(page).toHaveURL("/items");
  await expect(row(page, "Kettle")).toBeVisible();
});

test("invalid search parameters still show the list", async ({ signedIn: page }) => {
  await addItems(page, "Kettle");
  await page.goto("/items?page=abc&size=-5&sort=price");
  await expect(row(page, "Kettle")).toBeVisible();
  await page.goto("/items?page=500");
  await expect(page).toHaveURL("/items");
  await expect(row(page, "Kettle")).toBeVisible();
});

test("a lost connection keeps the input for retrying", async ({ signedIn: page, context }) => {
  await page.goto("/items");
  await page.getByRole("button", { name: "Add Item" }).click();
  await page.getByLabel("Title").fill("Ladder");
  await context.setOffline(true);
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("alert")).toContainText("The server could not be reached");
  await expect(page.getByLabel("Title")).toHaveValue("Ladder");

  await context.setOffline(false);
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Item created successfully")).toBeVisible();
});

test("Escape and Back ask before discarding input", async ({ signedIn: page }) => {
  await page.goto("/");
  await page.getByRole("link", { name: "Items", exact: true }).click();
  await page.getByRole("button", { name: "Add Item" }).click();
  await page.getByLabel("Title").fill("Ladder");

  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Keep editing" }).click();
  await page.goBack();
  await page.getByRole("button", { name: "Keep editing" }).click();
  await expect(page).toHaveURL("/items?new=true");
  await expect(page.getByLabel("Title")).toHaveValue("Ladder");

  await page.goBack();
  await page.getByRole("button", { name: "Discard changes" }).click();
  await expect(page).toHaveURL("/items");
  await expect(page.getByRole("dialog")).toBeHidden();
});

test("deleting an already deleted item shows an error", async ({ signedIn: page }) => {
  const [id] = await addItems(page, "Kettle");
  await page.goto("/items");
  await chooseAction(page, "Kettle", "Delete Item");
  await page.request.delete(`/api/v1/items/${id}`, { headers: SAME_ORIGIN });
  await page.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByText("Item not found")).toBeVisible();
  await expect(row(page, "Kettle")).toBeHidden();
});

test("login after an expired session restores the page", async ({
  signedIn: page,
  context,
  account,
}) => {
  await addItems(page, ...numbered(11));
  await page.goto("/items?size=10");
  await expect(titles(page)).toHaveCount(10);
  await context.clearCookies();
  // By keyboard: a hovering pointer would prefetch the page and find out earlier that the session has expired.
  await page.getByRole("button", { name: "Next page" }).press("Enter");
  await expect(page).toHaveURL(/\/login\?redirect=%2Fitems%3F/);
  await logIn(page, account);
  await expect(page).toHaveURL(/\/items\?.*page=2/);
  await expect(titles(page)).toHaveText(["Item 01"]);
});

test("the keyboard alone adds and deletes an item", async ({ signedIn: page }) => {
  await page.goto("/items");
  await page.getByRole("button", { name: "Add Item" }).press("Enter");
  await expect(page.getByLabel("Title")).toBeFocused();
  await page.keyboard.type("Ladder");
  await page.keyboard.press("Enter");
  await expect(row(page, "Ladder")).toBeVisible();
  await expect(page.getByRole("button", { name: "Add Item" })).toBeFocused();

  const actions = row(page, "Ladder").getByRole("button").last();
  await actions.press("Enter");
  // A key pressed before the menu is ready would count from its first entry.
  await expect(page.getByRole("menuitem", { name: "Edit Item" })).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("menuitem", { name: "Delete Item" })).toBeFocused();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("alertdialog", { name: "Delete “Ladder”?" });
  await expect(dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(actions).toBeFocused();
});

test("the export has the list's filter and order", async ({ signedIn: page }) => {
  await addItems(page, "=1+1", "Kettle", "Kettle lid");
  await page.goto("/items?q=kettle&sort=title");
  await expect(titles(page)).toHaveText(["Kettle", "Kettle lid"]);
  const started = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export as CSV" }).click();
  const download = await started;
  expect(download.suggestedFilename()).toBe("items.csv");
  const lines = (await readFile(await download.path(), "utf8")).trim().split("\r\n");
  expect(lines).toHaveLength(3);
  expect(lines[0]).toContain("title");
  expect(lines[1]).toContain(`,"Kettle","About Kettle",`);
  expect(lines[2]).toContain(`,"Kettle lid","About Kettle lid",`);
  await expect(page.getByText("2 items exported")).toBeVisible();
});

test("selected items are deleted together", async ({ signedIn: page }) => {
  await addItems(page, ...numbered(4));
  await page.goto("/items");
  await page.getByLabel("Select Item 04").check();
  await page.getByLabel("Select Item 02").click({ modifiers: ["Shift"] });
  await expect(page.getByText("3 selected")).toBeVisible();
  await page
    .getByRole("region", { name: "Selected rows" })
    .getByRole("button", { name: "Delete" })
    .click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  await expect(page.getByText("3 items deleted")).toBeVisible();
  await expect(titles(page)).toHaveText(["Item 01"]);
});

test("typing finds one of 1,000 items", async ({ signedIn: page }) => {
  await Promise.all(
    Array.from({ length: 10 }, (_, batch) =>
      addItems(page, ...Array.from({ length: 100 }, (_, index) => `Thing ${batch * 100 + index}`)),
    ),
  );
  await page.goto("/items");
  await expect(page.getByText("1–20 of 1,000")).toBeVisible();
  await page.keyboard.press("/");
  await page.keyboard.type("thing 777");
  await expect(titles(page)).toHaveText(["Thing 777"]);
  await page.keyboard.press("ArrowDown");
  await expect(row(page, "Thing 777")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Title")).toHaveValue("Thing 777");
});
