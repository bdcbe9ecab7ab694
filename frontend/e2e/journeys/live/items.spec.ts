import type { Page } from "@playwright/test";
import { expect, SAME_ORIGIN, test } from "../../support/fixtures";

async function addItem(page: Page, title: string): Promise<string> {
  const response = await page.request.post("/api/v1/items/", {
    data: { title },
    headers: SAME_ORIGIN,
  });
  expect(response.ok()).toBe(true);
  return (await response.json()).id;
}

const row = (page: Page, title: string) => page.getByRole("row").filter({ hasText: title });

test("a list shows changes from another browser", async ({
  signedIn: page,
  elsewhere,
  account,
}) => {
  await page.goto("/items");
  await expect(page.getByText("You don't have any items yet")).toBeVisible();
  const other = await elsewhere(account);
  const id = await addItem(other, "Ladder");
  await expect(row(page, "Ladder")).toBeVisible();

  await other.request.delete(`/api/v1/items/${id}`, { headers: SAME_ORIGIN });
  await expect(row(page, "Ladder")).toBeHidden();
});

test("the second of two conflicting saves decides", async ({
  signedIn: page,
  elsewhere,
  account,
}) => {
  const id = await addItem(page, "Ladder");
  await page.goto(`/items?item=${id}`);
  await page.getByLabel("Title").fill("My ladder");

  const other = await elsewhere(account);
  await other.goto(`/items?item=${id}`);
  await other.getByLabel("Title").fill("Their ladder");
  await other.getByRole("button", { name: "Save" }).click();
  await expect(other.getByText("Item updated successfully")).toBeVisible();

  await expect(page.getByText("This record has changed since you opened it.")).toBeVisible();
  await expect(page.getByLabel("Title")).toHaveValue("My ladder");
  await page.getByRole("button", { name: "Save" }).click();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog).toContainText("My ladder");
  await expect(dialog).toContainText("Their ladder");
  await dialog.getByRole("button", { name: "Keep my version" }).click();
  await expect(page.getByText("Item updated successfully")).toBeVisible();
  await expect(row(other, "My ladder")).toBeVisible();
});
