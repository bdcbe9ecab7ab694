import type { Page } from "@playwright/test";
import { person } from "../stub/answers/users";
import { expect, settled, test } from "../support/stubbed";

test.beforeEach(async ({ page, api, stub }) => {
  api.user = person(0, { is_superuser: true });
  await page.goto("/");
  await settled(page, stub);
});

const follow = (page: Page) => page.getByRole("link", { name: "Users", exact: true }).click();

test("an outdated tab loads the new version once", async ({ page, stub }) => {
  stub.deploy();
  await follow(page);
  await expect(page.getByRole("heading", { level: 1, name: "Users" })).toBeVisible();
  await expect(page).toHaveURL("/admin");
  expect(stub.pageLoads).toBe(2);
});

test("missing files show an error instead of looping", async ({ page, stub }) => {
  stub.deploy({ broken: true });
  await follow(page);
  await expect(
    page.getByRole("heading", { level: 1, name: "Couldn't load this page" }),
  ).toBeVisible();
  await expect(page.getByRole("button", { name: "Try again" })).toBeVisible();
  expect(stub.pageLoads).toBe(2);
});

test("a page recovers from a lost connection", async ({ page, stub, context }) => {
  await context.setOffline(true);
  await follow(page);
  await expect(page.getByRole("heading", { name: "Couldn't load this page" })).toBeVisible();
  await expect(page.getByTestId("user-menu")).toBeVisible();
  expect(stub.pageLoads).toBe(1);

  await context.setOffline(false);
  await expect(page.getByRole("heading", { level: 1, name: "Users" })).toBeVisible();
});

test("hovering a link after a deployment keeps input", async ({ page, stub }) => {
  await page.goto("/settings");
  await page.getByTestId("full-name-input").fill("Countess of Lovelace");
  stub.deploy();
  const failed = page.waitForResponse((response) => response.status() === 404);
  await page.getByRole("link", { name: "Users", exact: true }).hover();
  await failed;
  await settled(page, stub);
  await expect(page.getByTestId("full-name-input")).toHaveValue("Countess of Lovelace");
  expect(stub.pageLoads).toBe(2);
});
