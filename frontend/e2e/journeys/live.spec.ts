import { expect, SAME_ORIGIN, test } from "../support/fixtures";

test("a list shows changes from another browser", async ({ admin, elsewhere, account }) => {
  await admin.goto(`/admin?q=${encodeURIComponent(account.email)}`);
  const row = admin.getByRole("row").filter({ hasText: account.email });
  await expect(row).toBeVisible();
  const other = await elsewhere(account);
  const response = await other.request.patch("/api/v1/users/me", {
    data: { full_name: "Renamed Elsewhere" },
    headers: SAME_ORIGIN,
  });
  expect(response.ok()).toBe(true);
  await expect(row).toContainText("Renamed Elsewhere");

  await other.request.delete("/api/v1/users/me", { headers: SAME_ORIGIN });
  await expect(row).toBeHidden();
});

test("a deactivated user is logged out immediately", async ({ admin, signedIn, account }) => {
  await signedIn.goto("/settings");
  await expect(signedIn.getByRole("heading", { name: "Settings" })).toBeVisible();
  const row = admin.getByRole("row").filter({ hasText: account.email });
  await admin.getByRole("searchbox").fill(account.email);
  await row.getByRole("button").last().click();
  await admin.getByRole("menuitem", { name: "Deactivate User" }).click();
  await expect(row).toContainText("Inactive");
  await expect(signedIn).toHaveURL(/\/login/);
});
