import { createHmac } from "node:crypto";
import type { Page } from "@playwright/test";
import { expect, logIn, test } from "../support/fixtures";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const STEP_MS = 30_000;

/** What an authenticator app shows (RFC 6238), this many steps of 30 seconds from now. */
function codeOf(secret: string, steps = 0) {
  const bits = [...secret].map((each) => ALPHABET.indexOf(each).toString(2).padStart(5, "0"));
  const key = Buffer.from((bits.join("").match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / STEP_MS) + steps));
  const hash = createHmac("sha1", key).update(counter).digest();
  const number = hash.readUInt32BE((hash.at(-1) ?? 0) & 0xf) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

/** Sets up the app with the code before this step's, so that two more are left. */
async function setUp(page: Page) {
  await page.goto("/settings/security");
  await page.getByRole("button", { name: "Set up authenticator app" }).click();
  const sheet = page.getByRole("dialog", { name: "Set up authenticator app" });
  await expect(sheet.getByAltText("QR code for your app")).toBeVisible();
  const secret = await sheet.locator("code").innerText();
  await sheet.getByLabel("Code").fill(codeOf(secret, -1));
  const list = page.getByRole("list", { name: "Codes" }).getByRole("listitem");
  await expect(list).toHaveCount(10);
  const codes = await list.allInnerTexts();
  await page.getByRole("button", { name: "Done" }).click();
  return { secret, codes };
}

async function logOut(page: Page) {
  await page.getByTestId("user-menu").click();
  await page.getByRole("menuitem", { name: "Log out" }).click();
  await expect(page).toHaveURL(/\/login/);
}

const isIn = (page: Page) => expect(page.getByTestId("user-menu")).toBeVisible();

test("a user signs in with a code, a trusted device and a recovery code", async ({
  signedIn: page,
  account,
  context,
}) => {
  const { secret, codes } = await setUp(page);
  await logOut(page);

  await logIn(page, account);
  await page.getByLabel("Trust this device for 30 days").check();
  await page.getByLabel("Code", { exact: true }).fill(codeOf(secret));
  await page.getByRole("button", { name: "Log In" }).click();
  await isIn(page);
  await page.goto("/settings/security");
  const devices = page.getByRole("list", { name: "Trusted devices" });
  await expect(devices).toContainText("This device");
  await logOut(page);
  await logIn(page, account);
  await isIn(page);

  await context.clearCookies();
  await page.goto("/login");
  await logIn(page, account);
  await page.getByRole("button", { name: "Use another way" }).click();
  await page.getByRole("button", { name: "Use a recovery code" }).click();
  await page.getByLabel("Recovery code").fill((codes[0] ?? "").toLowerCase());
  await page.getByRole("button", { name: "Log In" }).click();
  await isIn(page);
  await page.goto("/settings/security");
  await expect(page.getByText("9 recovery codes left")).toBeVisible();
  await page.goto("/settings/activity");
  await expect(page.getByText("Recovery code used").first()).toBeVisible();
});

test("a superuser removes the app of a user who has lost it", async ({
  signedIn: page,
  account,
  admin,
}) => {
  await setUp(page);
  await admin.getByRole("searchbox").fill(account.email);
  const row = admin.getByRole("row").filter({ hasText: account.email });
  await row.getByRole("button").last().click();
  await admin.getByRole("menuitem", { name: "Authenticator app" }).click();
  await admin.getByRole("button", { name: "Remove app" }).click();
  const sheet = admin.getByRole("dialog");
  await sheet.getByLabel("Reason").fill("Lost phone");
  await sheet.getByRole("button", { name: "Remove" }).click();
  await expect(admin.getByText("Authenticator app removed")).toBeVisible();

  await page.reload();
  await expect(page).toHaveURL(/\/login/);
  await logIn(page, account);
  await isIn(page);
  await page.goto("/settings/activity");
  await expect(page.getByText("Authenticator app removed").first()).toBeVisible();
});
