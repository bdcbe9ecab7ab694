import { expect, logIn, logOut, newAccount, test, WELCOME } from "../support/fixtures";
import { linkInMail } from "../support/mailbox";

test("a visitor signs up and logs in", async ({ page }) => {
  const { email, password, fullName } = newAccount();
  await page.goto("/signup");
  await page.getByTestId("full-name-input").fill(fullName);
  await page.getByTestId("email-input").fill(email);
  await page.getByTestId("password-input").fill(password);
  await page.getByTestId("confirm-password-input").fill(password);
  await page.getByRole("button", { name: "Sign Up" }).click();

  await expect(page).toHaveURL("/login");
  await expect(page.getByTestId("email-input")).toHaveValue(email);
  await logIn(page, { email, password });
  await expect(page).toHaveURL("/");
  await expect(page.getByText(WELCOME)).toBeVisible();
  await expect(page.getByRole("heading", { name: `Hi, ${fullName}` })).toBeVisible();
});

test("sign-up refuses an email that is taken", async ({ page, account }) => {
  await page.goto("/signup");
  await page.getByTestId("full-name-input").fill("Somebody Else");
  await page.getByTestId("email-input").fill(account.email.toUpperCase());
  await page.getByTestId("password-input").fill(account.password);
  await page.getByTestId("confirm-password-input").fill(account.password);
  await page.getByRole("button", { name: "Sign Up" }).click();

  await expect(page.getByText(/already exists/)).toBeVisible();
  await expect(page).toHaveURL("/signup");
});

test("a wrong password is refused, the email kept", async ({ page, account }) => {
  await page.goto("/login");
  await logIn(page, { email: account.email, password: "wrong-password" });
  await expect(page.getByRole("alert")).toHaveText("Incorrect email or password");
  await expect(page.getByTestId("email-input")).toHaveValue(account.email);
});

test("a visitor never sees the app", async ({ page }) => {
  await page.addInitScript(() => {
    new MutationObserver(() => {
      if (document.querySelector("aside, nav")) document.documentElement.dataset.appSeen = "";
    }).observe(document, { childList: true, subtree: true });
  });
  await page.goto("/");
  await expect(page).toHaveURL("/login");
  await expect(page.getByRole("button", { name: "Log In" })).toBeVisible();
  await expect(page.locator("html")).not.toHaveAttribute("data-app-seen");
});

test("a deep link opens after login", async ({ page, account }) => {
  await page.goto("/some/page?tab=2");
  await expect(page).toHaveURL("/login?redirect=%2Fsome%2Fpage%3Ftab%3D2");
  await logIn(page, account);
  await expect(page).toHaveURL("/some/page?tab=2");
  await expect(page.getByRole("heading", { name: "Page not found" })).toBeVisible();
});

test("login does not redirect to another site", async ({ page, account }) => {
  await page.goto("/login?redirect=%2F%09%2Fevil.example");
  await logIn(page, account);
  await expect(page).toHaveURL("/");
  await expect(page.getByText(WELCOME)).toBeVisible();
});

test("the login page redirects a logged-in user", async ({ page, account }) => {
  await page.goto("/login");
  await logIn(page, account);
  await expect(page.getByText(WELCOME)).toBeVisible();
  await page.goto("/login");
  await expect(page).toHaveURL("/");
});

test("logging out ends the session in every tab", async ({ signedIn: page, context }) => {
  const other = await context.newPage();
  await page.goto("/");
  await other.goto("/");
  await expect(other.getByText(WELCOME)).toBeVisible();

  await logOut(page);
  await expect(page).toHaveURL("/login");
  await expect(other.getByRole("button", { name: "Log In" })).toBeVisible();
  for (const tab of [page, other]) await expect(tab.getByText(/session has expired/)).toBeHidden();

  await page.goBack();
  await expect(page).toHaveURL("/login");
  expect((await page.request.get("/api/v1/users/me")).status()).toBe(401);
});

test("a login in one tab reaches the other", async ({ page, context, account }) => {
  const other = await context.newPage();
  await page.goto("/login");
  await other.goto("/login");
  await expect(other.getByRole("button", { name: "Log In" })).toBeVisible();
  await logIn(page, account);
  await expect(other.getByText(WELCOME)).toBeVisible();
});

test("an expired session leads to login and back", async ({ signedIn: page, context, account }) => {
  await page.goto("/");
  await expect(page.getByText(WELCOME)).toBeVisible();
  // The open page could itself have a request refused just before a reload.
  await page.goto("about:blank");
  await context.clearCookies();
  await page.goto("/");
  await expect(page).toHaveURL("/login");
  await expect(page.getByText("Your session has expired. Log in to continue.")).toBeVisible();
  await logIn(page, account);
  await expect(page.getByText(WELCOME)).toBeVisible();
});

test("a forgotten password is reset by email", async ({ page, account, request }) => {
  await page.goto("/login");
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await expect(page.getByRole("heading", { name: "Password Recovery" })).toBeVisible();
  await expect(page.getByTestId("email-input")).toBeFocused();
  await page.getByTestId("email-input").fill(account.email);
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("status")).toContainText(account.email);

  const password = `${account.password}-new`;
  await page.goto(await linkInMail(request, account.email, "/reset-password"));
  await page.getByTestId("new-password-input").fill(password);
  await page.getByTestId("confirm-password-input").fill(password);
  await page.getByRole("button", { name: "Reset Password" }).click();
  await expect(page.getByText("Password updated successfully")).toBeVisible();

  await logIn(page, account);
  await expect(page.getByRole("alert")).toHaveText("Incorrect email or password");
  await logIn(page, { ...account, password });
  await expect(page.getByText(WELCOME)).toBeVisible();
});

test("an unknown reset link is refused", async ({ page }) => {
  await page.goto("/reset-password?token=unknown");
  await page.getByTestId("new-password-input").fill("quiet-harbour-42");
  await page.getByTestId("confirm-password-input").fill("quiet-harbour-42");
  await page.getByRole("button", { name: "Reset Password" }).click();
  await expect(page.getByRole("alert")).toHaveText("Invalid token");
});

test("scripts cannot read any token", async ({ page, context, account }) => {
  await page.goto("/login");
  await logIn(page, account);
  await expect(page.getByText(WELCOME)).toBeVisible();

  const readable = await page.evaluate(() => ({
    cookie: document.cookie,
    local: { ...localStorage },
    session: Object.entries(sessionStorage).filter(([key]) => !key.startsWith("tsr-")),
  }));
  expect(readable).toEqual({ cookie: "", local: { "signed-in": "true" }, session: [] });

  const cookies = await context.cookies();
  expect(cookies.map(({ name }) => name.split("-")[0]).sort()).toEqual([
    "device",
    "refresh",
    "session",
  ]);
  for (const cookie of cookies) expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Lax" });
});

test("the superuser can log in", async ({ page }) => {
  const { SUPERUSER_EMAIL = "", SUPERUSER_PASSWORD = "" } = process.env;
  test.skip(!SUPERUSER_PASSWORD, "SUPERUSER_PASSWORD is not set");
  await page.goto("/login");
  await logIn(page, { email: SUPERUSER_EMAIL, password: SUPERUSER_PASSWORD });
  await expect(page.getByText(WELCOME)).toBeVisible();
});

test("logging out in one tab ends the other", async ({ signedIn: page, context }) => {
  await page.goto("/settings");
  const tab = await context.newPage();
  await tab.goto("/");
  await logOut(tab);
  await expect(page).toHaveURL(/\/login/);
});
