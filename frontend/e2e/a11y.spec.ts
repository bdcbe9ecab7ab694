import { expectAccessible } from "./support/axe";
import { expect, test } from "./support/fixtures";

for (const path of ["/login", "/signup", "/recover-password", "/reset-password"]) {
  test(`axe finds nothing on ${path}`, async ({ page }) => {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expectAccessible(page);
  });
}

test("axe finds nothing on a form with errors", async ({ page }) => {
  await page.goto("/signup");
  await page.getByRole("button", { name: "Sign Up" }).click();
  await expect(page.getByText("Full Name is required")).toBeVisible();
  await expect(page.getByTestId("full-name-input")).toBeFocused();
  await expectAccessible(page);
});

test("axe finds nothing on the dashboard and its menus", async ({ signedIn: page }) => {
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expectAccessible(page);
  await page.getByTestId("theme-button").click();
  await expectAccessible(page, { overlay: true });
});

test("axe finds nothing on the navigation of small screens", async ({ signedIn: page }) => {
  await page.setViewportSize({ width: 360, height: 720 });
  await page.goto("/");
  await page.getByRole("button", { name: "Open navigation" }).click();
  await page.getByTestId("user-menu").click();
  await expect(page.getByRole("menuitem", { name: "Log out" })).toBeVisible();
  await expectAccessible(page, { overlay: true, widths: [360] });
});

test("axe finds nothing on the page for unknown addresses", async ({ signedIn: page }) => {
  await page.goto("/no/such/page");
  await expect(page.getByRole("heading", { name: "Page not found" })).toBeVisible();
  await expectAccessible(page);
});

test("axe finds nothing on the page for errors", async ({ signedIn: page }) => {
  await page.route("**/api/v1/users/me", (route) => route.fulfill({ status: 403 }));
  await page.goto("/");
  await expect(page.getByRole("button", { name: "Try again" })).toBeVisible();
  await expectAccessible(page);
});

test("a person logs in and out with the keyboard alone", async ({ page, account }) => {
  await page.goto("/login");
  await expect(page.getByRole("button", { name: "Log In" })).toBeVisible();
  await page.getByTestId("email-input").focus();
  await page.keyboard.type(account.email);
  await page.keyboard.press("Tab"); // the link for a forgotten password
  await page.keyboard.press("Tab");
  await page.keyboard.type(account.password);
  await page.keyboard.press("Enter");

  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  await page.getByTestId("user-menu").focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menuitem", { name: "Log out" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL("/login");
});

test("the skip link is the first stop and leads to the content", async ({ signedIn: page }) => {
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();
});
