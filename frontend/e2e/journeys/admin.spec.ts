import type { Page } from "@playwright/test";
import { expect, newAccount, test } from "../support/fixtures";

const row = (page: Page, email: string) => page.getByRole("row").filter({ hasText: email });

async function chooseAction(page: Page, email: string, action: string) {
  await page.getByRole("searchbox").fill(email);
  await row(page, email).getByRole("button").last().click();
  await page.getByRole("menuitem", { name: action }).click();
}

test("a superuser adds, edits and deletes a user", async ({ admin }) => {
  const { email, password, fullName } = newAccount();
  await admin.getByRole("button", { name: "Add User" }).click();
  const sheet = admin.getByRole("dialog");
  await sheet.getByLabel("Email").fill(email);
  await sheet.getByLabel("Full name").fill(fullName);
  await sheet.locator("[type=password]").first().fill(password);
  await sheet.locator("[type=password]").last().fill(password);
  await sheet.getByRole("button", { name: "Save" }).click();
  await expect(admin.getByText("User created successfully")).toBeVisible();

  await chooseAction(admin, email, "Edit User");
  await sheet.getByLabel("Full name").fill("Another Name");
  await sheet.getByRole("button", { name: "Save" }).click();
  await expect(admin.getByText("User updated successfully")).toBeVisible();
  await expect(row(admin, email)).toContainText("Another Name");

  await chooseAction(admin, email, "Delete User");
  await admin.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  await expect(admin.getByText("The user was deleted successfully")).toBeVisible();
  await expect(row(admin, email)).toBeHidden();
});

test("a deactivated user is logged out at the next request", async ({
  admin,
  signedIn,
  account,
}) => {
  await chooseAction(admin, account.email, "Deactivate User");
  await expect(row(admin, account.email)).toContainText("Inactive");
  await signedIn.goto("/settings");
  await expect(signedIn).toHaveURL(/\/login/);
});

test("the users page leads ordinary users home", async ({ signedIn }) => {
  await signedIn.goto("/admin");
  await expect(signedIn).toHaveURL("/");
  await expect(signedIn.getByRole("heading", { name: /^Hi/ })).toBeVisible();
  await expect(signedIn.getByRole("link", { name: "Users" })).toBeHidden();
});
