import { expect, test } from "../support/fixtures";

test("a superuser follows a mail from the list to its request", async ({
  admin,
  account,
  request,
}) => {
  const recovery = await request.post(`/api/v1/password-recovery/${account.email}`);
  expect(recovery.ok()).toBe(true);

  await admin.getByRole("link", { name: "Mail", exact: true }).click();
  await admin.getByRole("searchbox").fill(account.email);
  const mail = admin.getByRole("row").filter({ hasText: "Password recovery" });
  // Without a reload: the list is requested again by itself.
  await expect(mail).toContainText("Sent", { timeout: 30_000 });

  await mail.getByRole("link").click();
  const sheet = admin.getByRole("dialog");
  await expect(sheet).toContainText(account.email);
  const id = recovery.headers()["x-correlation-id"] ?? "";
  await sheet.getByRole("link", { name: id }).click();
  await expect(admin).toHaveURL(`/requests/${id}`);
  const events = admin.getByRole("list", { name: "Events" });
  await expect(events).toContainText("mail.send_mail");
  await expect(events.getByRole("listitem").filter({ hasText: "sent" }).last()).toContainText(
    "Password recovery",
  );

  await events.getByRole("link", { name: "mail.send_mail" }).first().click();
  await expect(admin.getByRole("dialog", { name: "mail.send_mail" })).toContainText("Succeeded");
});

test("the pages of jobs and mails lead ordinary users home", async ({ signedIn }) => {
  for (const path of ["/jobs", "/mail", "/requests"]) {
    await signedIn.goto(path);
    await expect(signedIn).toHaveURL("/");
  }
});
