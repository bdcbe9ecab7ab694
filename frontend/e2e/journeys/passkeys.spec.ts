import type { Page } from "@playwright/test";
import { expect, logIn, logOut, test, WELCOME } from "../support/fixtures";

/** Gives the page's browser a device with passkeys, which verifies its user without asking. */
async function addDevice(page: Page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  /** Whether its user touches it and is recognized. */
  const answer = async (isAnswered: boolean) => {
    await devtools.send("WebAuthn.setAutomaticPresenceSimulation", {
      authenticatorId,
      enabled: isAnswered,
    });
  };
  const credentials = async () =>
    (await devtools.send("WebAuthn.getCredentials", { authenticatorId })).credentials;
  return { answer, credentials };
}

const passkeys = (page: Page) => page.getByRole("list", { name: "Passkeys" }).getByRole("listitem");

async function addPasskey(page: Page, name: string) {
  await page.goto("/settings/security");
  await page.getByRole("button", { name: "Add passkey" }).click();
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByRole("button", { name: "Save" }).click();
  await expect(passkeys(page).filter({ hasText: name })).toBeVisible();
}

const withPasskey = (page: Page) => page.getByRole("button", { name: "Sign in with a passkey" });

test("a user adds a passkey, signs in without typing, and removes it", async ({
  signedIn: page,
  account,
}) => {
  const device = await addDevice(page);
  await addPasskey(page, "Laptop");
  expect(await device.credentials()).toHaveLength(1);
  await expect(passkeys(page)).toContainText("Never used");

  // Otherwise the device answers the offer at the email field before anybody presses the button.
  await device.answer(false);
  await logOut(page);
  await expect(page.getByTestId("email-input")).toBeVisible();
  await device.answer(true);
  await withPasskey(page).click();
  await expect(page.getByText(WELCOME)).toBeVisible();

  await page.goto("/settings/security");
  await expect(passkeys(page)).toContainText("Last used");
  await page.getByRole("button", { name: /^Rename: / }).click();
  await page.getByLabel("Name", { exact: true }).fill("Old laptop");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(passkeys(page)).toContainText("Old laptop");

  // The session was begun with the passkey, so no proof is asked for.
  await page.getByRole("button", { name: /^Remove: / }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
  await expect(page.getByText("No passkeys")).toBeVisible();

  await device.answer(false);
  await logOut(page);
  await logIn(page, account);
  await expect(page.getByText(WELCOME)).toBeVisible();
});

test("the browser's offer at the email field signs in", async ({ signedIn: page }) => {
  const device = await addDevice(page);
  await addPasskey(page, "Laptop");
  await page.context().clearCookies();
  await page.goto("/login");
  await expect(page.getByText(WELCOME)).toBeVisible();
  expect(await device.credentials()).toHaveLength(1);
});

test("a passkey is the second factor after the password", async ({ signedIn: page, account }) => {
  const device = await addDevice(page);
  await addPasskey(page, "Laptop");
  await device.answer(false);
  await logOut(page);
  await logIn(page, account);
  await expect(page.getByText("Confirm that it's you.")).toBeVisible();
  await device.answer(true);
  await withPasskey(page).click();
  await expect(page.getByText(WELCOME)).toBeVisible();

  await page.goto("/settings/activity");
  await expect(page.getByText("Passkey added").first()).toBeVisible();
});

test("a superuser removes the passkeys of a user who has lost them", async ({
  signedIn: page,
  account,
  admin,
}) => {
  await addDevice(page);
  await addPasskey(page, "Laptop");
  await admin.goto(`/admin?q=${encodeURIComponent(account.email)}`);
  await admin.getByRole("row", { name: account.email }).getByRole("button").last().click();
  await admin.getByRole("menuitem", { name: "Passkeys" }).click();
  await expect(passkeys(admin)).toContainText("Laptop");
  await admin.getByRole("button", { name: "Remove all passkeys" }).click();
  await admin.getByLabel("Reason").fill("Lost the laptop");
  await admin.getByRole("button", { name: "Save" }).click();
  await expect(admin.getByText("No passkeys")).toBeVisible();

  await page.goto("/settings/security");
  await logIn(page, account);
  await page.getByRole("tab", { name: "Activity" }).click();
  await expect(page.getByText("All passkeys removed").first()).toBeVisible();
});
