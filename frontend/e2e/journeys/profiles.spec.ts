import { expect, logIn, logOut, test, WELCOME } from "../support/fixtures";

test("a user fills in the profile and logs in by username", async ({ account, signedIn: page }) => {
  const username = `Ada.${account.email.slice(4, 12)}`;
  await page.goto("/settings");
  await page.getByRole("tab", { name: "Profile details" }).click();
  await page.getByLabel("Username").fill(username);
  await page.getByLabel("First name").fill("Ada");
  await page.getByLabel("About you").fill("Writes programs.");
  await page.getByLabel("Birthday").fill("1815-12-10");
  await page.getByLabel("Preferred language").selectOption("English");
  await page.getByLabel("Newsletter").check();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Profile updated successfully")).toBeVisible();

  await page.reload();
  await expect(page.getByLabel("Username")).toHaveValue(username);
  await expect(page.getByLabel("About you")).toHaveValue("Writes programs.");
  await expect(page.getByLabel("Birthday")).toHaveValue("1815-12-10");
  await expect(page.getByLabel("Newsletter")).toBeChecked();

  await logOut(page);
  await logIn(page, { ...account, email: "nobody.with.this.name" });
  await expect(page.getByText("Incorrect email or password")).toBeVisible();
  await logIn(page, { ...account, email: username.toUpperCase() });
  await expect(page.getByText(WELCOME)).toBeVisible();
});

test("a superuser changes a profile, a conflict is shown", async ({
  account,
  signedIn: page,
  admin,
}) => {
  await page.goto("/settings/profiles");
  await page.getByLabel("First name").fill("Ada");

  await admin.goto(`/admin?q=${account.email}`);
  await admin.getByRole("row").nth(1).getByRole("button").last().click();
  await admin.getByRole("menuitem", { name: "Profile details" }).click();
  await expect(admin.getByRole("heading", { name: "Profile", level: 1 })).toBeVisible();
  await admin.getByLabel("First name").fill("Augusta");
  await admin.getByRole("button", { name: "Save" }).click();
  await expect(admin.getByText("Profile updated successfully")).toBeVisible();

  await page.getByRole("button", { name: "Save" }).click();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog.getByRole("row", { name: /^First name/ })).toContainText("Augusta");
  await dialog.getByRole("button", { name: "Use their version" }).click();
  await expect(page.getByLabel("First name")).toHaveValue("Augusta");
});
