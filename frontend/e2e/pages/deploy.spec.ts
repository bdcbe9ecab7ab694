import type { Page } from "@playwright/test";
import { person } from "../stub/answers/users";
import { expect, settled, test } from "../support/stubbed";

test.beforeEach(async ({ page, api, stub }) => {
  api.user = person(0, { is_superuser: true });
  await page.goto("/");
  await settled(page, stub);
});

const follow = (page: Page) => page.getByRole("link", { name: "Users", exact: true }).click();

test("a tab that is older than the deployment loads the new version once, where it was going", async ({
  page,
  stub,
}) => {
  stub.deploy();
  await follow(page);
  await expect(page.getByRole("heading", { level: 1, name: "Users" })).toBeVisible();
  await expect(page).toHaveURL("/admin");
  expect(stub.pageLoads).toBe(2);
});

test("a deployment that lacks files ends in a page that says so, not in a loop", async ({
  page,
  stub,
}) => {
  stub.deploy({ broken: true });
  await follow(page);
  await expect(
    page.getByRole("heading", { level: 1, name: "Couldn't load this page" }),
  ).toBeVisible();
  await expect(page.getByRole("button", { name: "Try again" })).toBeVisible();
  expect(stub.pageLoads).toBe(2);
});

test("a lost connection does not cost the page that is open, and the next one comes with it", async ({
  page,
  stub,
  context,
}) => {
  await context.setOffline(true);
  await follow(page);
  await expect(page.getByRole("heading", { name: "Couldn't load this page" })).toBeVisible();
  await expect(page.getByTestId("user-menu")).toBeVisible();
  expect(stub.pageLoads).toBe(1);

  await context.setOffline(false);
  await expect(page.getByRole("heading", { level: 1, name: "Users" })).toBeVisible();
});

test("a deployment is not noticed by pointing at a link", async ({ page, stub }) => {
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
