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
