import { expect, test } from "../support/fixtures";

test("a user creates an API token, uses it and revokes it", async ({
  account,
  signedIn: page,
  playwright,
  baseURL,
}) => {
  await page.goto("/settings");
  await page.getByRole("tab", { name: "API tokens" }).click();
  await page.getByRole("button", { name: "Create token" }).click();
  await page.getByLabel("Name").fill("Nightly report");
  await page.getByRole("button", { name: "Save" }).click();
  const token = await page
    .getByRole("status", { name: "New API token" })
    .locator("code")
    .innerText();

  // Without the cookies of the page.
  const program = await playwright.request.newContext({
    baseURL,
    extraHTTPHeaders: { Authorization: `Bearer ${token}` },
  });
  const me = await program.get("/api/v1/users/me");
  expect((await me.json()).email).toBe(account.email);
  const refused = await program.patch("/api/v1/users/me", { data: { full_name: "Grace" } });
  expect(refused.status()).toBe(403);

  await page.reload();
  await expect(page.getByText(token)).toHaveCount(0);
  const tokens = page.getByRole("list", { name: "API tokens" }).getByRole("listitem");
  await expect(tokens).toContainText("Last used");
  await page.getByRole("button", { name: "Revoke" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByText("No API tokens")).toBeVisible();
  expect((await program.get("/api/v1/users/me")).status()).toBe(401);
  await program.dispose();
});
