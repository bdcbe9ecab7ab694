import { expect, logIn, test } from "../support/fixtures";
import { linkInMail } from "../support/mailbox";

test("a user changes the email, and the old address undoes it", async ({
  signedIn: page,
  account,
  request,
}) => {
  const email = `new-${account.email}`;
  await page.goto("/settings");
  await page.getByTestId("email-input").fill(email);
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText(/Follow it to change/)).toContainText(email);
  await expect(page.getByTestId("email-input")).toHaveValue(account.email);

  await page.goto(await linkInMail(request, email, "/confirm-email", /Confirm/));
  await page.getByRole("button", { name: "Confirm address" }).click();
  await expect(page.getByText("Your email address was changed")).toBeVisible();
  await page.goto("/settings/activity");
  await expect(page.getByRole("link", { name: "Email address changed" })).toBeVisible();

  await page.goto(await linkInMail(request, account.email, "/undo-email", /was changed/));
  await page.getByRole("button", { name: "Restore the old address" }).click();
  await expect(page.getByText(/old email address is back/)).toBeVisible();
  await page.goto("/settings");
  await expect(page).toHaveURL(/\/login/);
  await logIn(page, account);
  await expect(page.getByTestId("user-menu")).toBeVisible();
});
