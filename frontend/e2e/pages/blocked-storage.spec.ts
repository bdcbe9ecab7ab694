import { refuse } from "../stub/answer";
import { expect, test } from "../support/stubbed";
import { begin } from "./page-case";

test("the dashboard works while the browser blocks storage", async ({ page, api, errors }) => {
  begin({}, api);
  await page.addInitScript(() => {
    const refuse = () => {
      throw new DOMException("Access is denied for this document", "SecurityError");
    };
    for (const name of ["localStorage", "sessionStorage"]) {
      Object.defineProperty(window, name, { get: refuse });
    }
    Object.assign(window, { BroadcastChannel: refuse });
    Object.assign(LockManager.prototype, {
      request: () => Promise.reject(new DOMException("Access is denied", "SecurityError")),
    });
  });
  await page.goto("/settings/appearance");
  await page.getByText("Dark", { exact: true }).click();
  await expect(page.locator("html")).toHaveClass("dark");
  await page.getByRole("button", { name: "Collapse sidebar" }).click();
  await expect(page.getByRole("button", { name: "Expand sidebar" })).toBeVisible();
  expect(errors).toEqual([]);
});

test("login says that the browser keeps no cookie", async ({ page, api }) => {
  await page.goto("/login");
  await page.getByTestId("email-input").fill("ada@example.com");
  await page.getByTestId("password-input").fill("quiet-harbour-42");
  for (const list of api.lists()) api.on(list, refuse(401, "AUTH_001", "Not authenticated"));
  await page.getByRole("button", { name: "Log In" }).click();
  await expect(page.getByText("Your browser blocks cookies")).toBeVisible();
  await expect(page).toHaveURL("/login");
});

test("closed sign-up offers none", async ({ page }) => {
  await page.route("**/config.js", (route) =>
    route.fulfill({
      contentType: "text/javascript",
      body: 'window.APP_CONFIG = {"projectName": "Acme", "signUp": false};',
    }),
  );
  await page.goto("/login");
  await expect(page.getByRole("heading", { name: "Log in to Acme" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Sign up" })).toHaveCount(0);
  await page.goto("/signup");
  await expect(page.getByRole("heading", { name: "Sign-up is closed" })).toBeVisible();
});
