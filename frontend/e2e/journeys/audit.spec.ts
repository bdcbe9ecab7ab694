import { expect, newAccount, test } from "../support/fixtures";

test("a superuser finds who changed a user", async ({ admin }) => {
  const { email, password, fullName } = newAccount();
  await admin.getByRole("button", { name: "Add User" }).click();
  const form = admin.getByRole("dialog");
  await form.getByLabel("Email").fill(email);
  await form.getByLabel("Full name").fill(fullName);
  await form.locator("[type=password]").first().fill(password);
  await form.locator("[type=password]").last().fill(password);
  const response = admin.waitForResponse((each) => each.request().method() === "POST");
  await form.getByRole("button", { name: "Save" }).click();
  const { id } = await (await response).json();
  await expect(admin.getByText("User created successfully")).toBeVisible();

  await admin.getByRole("link", { name: "Audit log" }).click();
  await expect(admin.getByRole("heading", { name: "Audit log" })).toBeVisible();
  // Other tests create users at the same time.
  await admin.goto(`/audit?record=${id}`);
  await admin.getByRole("link", { name: "user.create" }).click();
  const event = admin.getByRole("dialog");
  await expect(event).toContainText(email);
  await expect(event).toContainText("***");
  await expect(event).not.toContainText("argon2");
});

test("the audit log leads ordinary users home", async ({ signedIn }) => {
  await signedIn.goto("/audit");
  await expect(signedIn).toHaveURL("/");
});
