import type { BrowserContext } from "@playwright/test";
import { expect, test } from "../support/fixtures";

test("a user ends the session of another browser", async ({ account, elsewhere }) => {
  const other = await elsewhere(account);
  const page = await elsewhere(account);
  await page.goto("/settings");
  await page.getByRole("tab", { name: "Security" }).click();
  const sessions = page.getByRole("list", { name: "Sessions" }).getByRole("listitem");
  await expect(sessions).toHaveCount(2);
  await expect(sessions.filter({ hasText: "This device" })).toHaveCount(1);
  await page.getByRole("button", { name: "End session" }).click();
  await expect(page.getByText("Session ended")).toBeVisible();
  await expect(sessions).toHaveCount(1);

  await other.goto("/settings");
  await expect(other).toHaveURL(/\/login/);
  await page.reload();
  await expect(sessions).toHaveCount(1);
});

test("a superuser ends all sessions of a user", async ({ account, elsewhere, admin }) => {
  const page = await elsewhere(account);
  await admin.goto(`/admin?q=${account.email}`);
  await admin.getByRole("row").nth(1).getByRole("button").last().click();
  await admin.getByRole("menuitem", { name: "Sessions" }).click();
  await expect(admin.getByRole("heading", { name: "Sessions" })).toBeVisible();
  await admin.getByRole("button", { name: "End all sessions" }).click();
  await expect(admin.getByText("No sessions")).toBeVisible();
  await page.goto("/settings");
  await expect(page).toHaveURL(/\/login/);
});

test("a user stays signed in when the access token expires", async ({ account, elsewhere }) => {
  const page = await elsewhere(account);
  const refreshes: number[] = [];
  page.context().on("response", (response) => {
    if (response.url().endsWith("/login/refresh")) refreshes.push(response.status());
  });
  const other = await page.context().newPage();
  await other.goto("/settings");
  await expect(other.getByTestId("user-menu")).toBeVisible();
  await expireAccess(page.context());
  await page.goto("/settings");
  await expect(page.getByTestId("full-name-input")).toHaveValue(account.fullName);
  expect(refreshes).toEqual([204]);

  // Without an access token, a change is repeated, too. Logging out ends the session all the same.
  await expireAccess(page.context());
  await page.getByTestId("full-name-input").fill("Countess");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("User updated successfully")).toBeVisible();
  await expireAccess(page.context());
  await page.getByTestId("user-menu").click();
  await page.getByRole("menuitem", { name: "Log out" }).click();
  await expect(page).toHaveURL("/login");
  const names = (await page.context().cookies()).map(({ name }) => name.split("-")[0]);
  expect(names).toEqual(["device"]);
});

/** As after 15 minutes. */
const expireAccess = (context: BrowserContext) => context.clearCookies({ name: /session/ });
