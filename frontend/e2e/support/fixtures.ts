import { randomUUID } from "node:crypto";
import {
  type APIRequestContext,
  type BrowserContext,
  test as base,
  expect,
  type Page,
} from "@playwright/test";

const { SUPERUSER_EMAIL = "admin@example.com", SUPERUSER_PASSWORD = "" } = process.env;
const SUPERUSER = { email: SUPERUSER_EMAIL, password: SUPERUSER_PASSWORD };

interface Account {
  email: string;
  password: string;
  fullName: string;
}

/** The header of a browser's same-origin request. The API refuses cookies without it. */
export const SAME_ORIGIN = { "Sec-Fetch-Site": "same-origin" };

interface Fixtures {
  /** A new account for this test only, signed up through the API. */
  account: Account;
  /** A page with the account's session. */
  signedIn: Page;
  /** A superuser's page, in its own browser context. */
  admin: Page;
  /** Logs a user in from a separate browser context and returns the page there. */
  elsewhere: (login: Pick<Account, "email" | "password">) => Promise<Page>;
}

export const test = base.extend<Fixtures>({
  account: async ({ request }, use) => {
    await use(await signUp(request));
  },
  signedIn: async ({ page, account }, use) => {
    const { email, password } = account;
    const response = await page.request.post("/api/v1/login/session", {
      data: { email, password },
      headers: SAME_ORIGIN,
    });
    expect(response.ok()).toBe(true);
    await use(page);
  },
  admin: async ({ elsewhere }, use) => {
    const page = await elsewhere(SUPERUSER);
    await page.goto("/admin");
    await expect(page.getByRole("heading", { name: "Users" })).toBeVisible();
    await use(page);
  },
  elsewhere: async ({ browser, baseURL }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (login) => {
      const context = await browser.newContext({ baseURL });
      contexts.push(context);
      const page = await context.newPage();
      await page.goto("/login");
      await logIn(page, login);
      await expect(page.getByTestId("user-menu")).toBeVisible();
      return page;
    });
    for (const context of contexts) await context.close();
  },
});

export { expect };

export function newAccount(): Account {
  const id = randomUUID().slice(0, 8);
  return { email: `ada-${id}@example.com`, password: `quiet-harbour-${id}`, fullName: "Ada Test" };
}

export async function signUp(request: APIRequestContext): Promise<Account> {
  const account = newAccount();
  const { email, password, fullName } = account;
  const response = await request.post("/api/v1/users/signup", {
    data: { email, password, full_name: fullName },
  });
  expect(response.ok()).toBe(true);
  return account;
}

/** Fills in the login form and submits it. */
export async function logIn(page: Page, { email, password }: Pick<Account, "email" | "password">) {
  // The sign-up form has the same fields and can still be on screen.
  await expect(page.getByRole("button", { name: "Log In" })).toBeVisible();
  await page.getByTestId("email-input").fill(email);
  await page.getByTestId("password-input").fill(password);
  await page.getByRole("button", { name: "Log In" }).click();
}

export async function logOut(page: Page) {
  await page.getByTestId("user-menu").click();
  await page.getByRole("menuitem", { name: "Log out" }).click();
}

export const WELCOME = "Welcome back, nice to see you again!";
