import { expect, logIn, test } from "../support/fixtures";

const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

test("a user changes name and password", async ({ signedIn: page, account }) => {
  await page.goto("/settings");
  await page.getByTestId("full-name-input").fill("Ada King");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("User updated successfully")).toBeVisible();
  await expect(page.getByTestId("user-menu")).toContainText("Ada King");

  await page.getByRole("tab", { name: "Password" }).click();
  await expect(page).toHaveURL("/settings/password");
  const password = "another quiet harbour";
  await page.getByTestId("current-password-input").fill(account.password);
  await page.getByTestId("new-password-input").fill(password);
  await page.getByTestId("confirm-password-input").fill(password);
  await page.getByRole("button", { name: "Update Password" }).click();
  await expect(page.getByText("Password updated successfully")).toBeVisible();

  await page.context().clearCookies();
  await page.goto("/login");
  await logIn(page, { ...account, password });
  await expect(page.getByTestId("user-menu")).toBeVisible();
});

test("a picture is shown, another file is refused", async ({ signedIn: page }) => {
  await page.goto("/settings");
  const file = page.locator("input[type=file]");
  await file.setInputFiles({
    name: "fake.png",
    mimeType: "image/png",
    buffer: Buffer.from("text"),
  });
  await expect(page.getByRole("alert")).toContainText("not a readable image");
  await file.setInputFiles({
    name: "me.png",
    mimeType: "image/png",
    buffer: Buffer.from(PIXEL, "base64"),
  });
  await expect(page.getByTestId("user-menu").locator("img")).toBeVisible();
  await page.reload();
  await expect(page.getByTestId("user-menu").locator("img")).toBeVisible();
});

test("typing the email confirms deleting the account", async ({ signedIn: page, account }) => {
  await page.goto("/settings/danger");
  await page.getByRole("button", { name: "Delete account" }).click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByRole("textbox").fill(account.email);
  await dialog.getByRole("button", { name: "Delete" }).click();
  await expect(page).toHaveURL(/\/login/);
  await logIn(page, account);
  await expect(page.getByText("Incorrect email or password")).toBeVisible();
});
