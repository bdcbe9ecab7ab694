import type { Page } from "@playwright/test";
import { type Effort, Person } from "../support/counted";
import { expect, newAccount, SAME_ORIGIN, signUp, test, WELCOME } from "../support/fixtures";
import { linkInMail } from "../support/mailbox";

/**
 * Counts the key presses and taps of five common tasks, by keyboard alone and by touch on a phone.
 * docs/items-tasks.md compares the numbers: change them in both places.
 */

const { SUPERUSER_EMAIL = "admin@example.com", SUPERUSER_PASSWORD = "" } = process.env;
const KEYBOARD = { viewport: { width: 1280, height: 800 } };
const TOUCH = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

/** Adds "Thing 0", "Thing 1" and so on, one after the other: the last one is the newest. */
async function addItems(page: Page, count: number) {
  for (let index = 0; index < count; index += 1) await addItem(page, index);
}

/** Adds items in ten concurrent batches. `count` is a multiple of ten. */
async function addManyItems(page: Page, count: number) {
  const batch = count / 10;
  await Promise.all(
    Array.from({ length: 10 }, async (_, at) => {
      for (let index = at * batch; index < (at + 1) * batch; index += 1) await addItem(page, index);
    }),
  );
}

async function addItem(page: Page, index: number) {
  const data = { title: `Thing ${index}` };
  const response = await page.request.post("/api/v1/items/", { data, headers: SAME_ORIGIN });
  expect(response.ok()).toBe(true);
}

async function titles(page: Page): Promise<string[]> {
  const response = await page.request.get("/api/v1/items/?limit=100");
  const { data }: { data: { title: string }[] } = await response.json();
  return data.map(({ title }) => title);
}

async function goHome(page: Page) {
  await page.goto("/");
  await expect(page.getByText(WELCOME)).toBeVisible();
}

async function signInAsSuperuser(page: Page) {
  const data = { email: SUPERUSER_EMAIL, password: SUPERUSER_PASSWORD };
  const response = await page.request.post("/api/v1/login/session", {
    data,
    headers: SAME_ORIGIN,
  });
  expect(response.ok()).toBe(true);
}

const field = (page: Page, name: string) => page.getByTestId(`${name}-input`);
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const row = (page: Page, text: string) => page.getByRole("row").filter({ hasText: text });

function expectEffort({ effort }: Person, expected: Partial<Effort>) {
  const { keys, taps, characters } = effort;
  const counted = `${keys} keys, ${taps} taps, ${characters} characters`;
  test.info().annotations.push({ type: "counted", description: counted });
  // biome-ignore lint/suspicious/noConsole: this file exists to report the counts
  console.log(`${test.info().titlePath.slice(1).join(" > ")}: ${counted}`);
  expect({ keys, taps }).toEqual({ keys: 0, taps: 0, ...expected });
}

test.describe("by keyboard at 1280 px", () => {
  test.use(KEYBOARD);

  test("sign up", async ({ page }) => {
    const me = new Person(page);
    const { email, password, fullName } = newAccount();
    await page.goto("/login");
    await expect(field(page, "email")).toBeFocused();
    // Features offer further ways to sign in before this link, one key each. Their code loads after the page.
    await page.waitForLoadState("networkidle");
    const ways = await page.getByRole("button", { name: /^Sign in with/ }).count();
    await me.tabTo(page.getByRole("link", { name: "Sign up" }));
    await me.press("Enter");
    await me.fill(field(page, "full-name"), fullName);
    await me.tabTo(field(page, "email"));
    await me.type(email);
    for (const name of ["password", "confirm-password"]) {
      await me.tabTo(field(page, name));
      await me.type(password);
    }
    await me.press("Enter");
    await expect(button(page, "Log In")).toBeVisible(); // the sign-up form has the same fields
    await expect(field(page, "email")).toHaveValue(email);
    await me.fill(field(page, "password"), password);
    await me.press("Enter");
    await expect(page.getByRole("heading", { name: `Hi, ${fullName}` })).toBeVisible();
    expectEffort(me, { keys: 12 + ways });
  });

  test("find an item among 1,000", async ({ signedIn: page }) => {
    test.slow();
    await addManyItems(page, 1000);
    await goHome(page);
    const me = new Person(page);
    await me.press("ControlOrMeta+k");
    await me.fill(page.getByRole("combobox"), "thing 777");
    await expect(page.getByRole("option", { selected: true })).toContainText("Thing 777");
    await me.press("Enter");
    await expect(page.getByLabel("Title")).toHaveValue("Thing 777");
    expectEffort(me, { keys: 2 });
  });

  test("edit ten items", async ({ signedIn: page }) => {
    test.slow();
    await addItems(page, 12);
    await goHome(page);
    const me = new Person(page);
    await me.press("g", "i");
    await expect(row(page, "Thing 11")).toBeVisible();
    for (let index = 11; index > 1; index -= 1) {
      await me.press("j");
      await expect(row(page, `Thing ${index}`)).toBeFocused();
      await me.press("Enter");
      await me.fill(page.getByLabel("Title"), `Better ${index}`);
      await me.press("Enter");
      await expect(row(page, `Better ${index}`)).toBeFocused();
    }
    expect(await titles(page)).toEqual([...betterTitles(), "Thing 1", "Thing 0"]);
    expectEffort(me, { keys: 32 });
  });

  test("deactivate a user", async ({ page, request }) => {
    const { email, password } = await signUp(request);
    await signInAsSuperuser(page);
    await goHome(page);
    const me = new Person(page);
    await me.press("g", "u");
    await expect(page.getByRole("heading", { name: "Users" })).toBeFocused();
    await me.press("/");
    await me.fill(page.getByRole("searchbox"), email);
    await expect(page.getByText("1–1 of 1")).toBeVisible();
    await me.press("ArrowDown");
    await expect(row(page, email)).toBeFocused();
    await me.tabTo(row(page, email).getByRole("button"));
    await me.press("Enter");
    await expect(page.getByRole("menuitem").first()).toBeFocused();
    // A letter moves to the menu entry that starts with it.
    await me.press("d");
    await expect(page.getByRole("menuitem", { name: "Deactivate User" })).toBeFocused();
    await me.press("Enter");
    await expect(row(page, email)).toContainText("Inactive");
    await expectNoLogin(page, email, password);
    expectEffort(me, { keys: 10 });
  });

  test("recover a password", async ({ page, account, request }) => {
    const me = new Person(page);
    const password = `${account.password}-new`;
    await page.goto("/login");
    await me.fill(field(page, "email"), account.email);
    await me.tabTo(page.getByRole("link", { name: "Forgot your password?" }));
    await me.press("Enter");
    await expect(button(page, "Continue")).toBeFocused();
    await me.press("Enter");
    await expect(page.getByRole("status")).toContainText(account.email);
    await page.goto(await linkInMail(request, account.email, "/reset-password"));
    await me.fill(field(page, "new-password"), password);
    await me.tabTo(field(page, "confirm-password"));
    await me.type(password);
    await me.press("Enter");
    await me.fill(field(page, "email"), account.email);
    await me.tabTo(field(page, "password"));
    await me.type(password);
    await me.press("Enter");
    await expect(page.getByText(WELCOME)).toBeVisible();
    expectEffort(me, { keys: 9 });
  });
});

test.describe("by touch at 360 px", () => {
  test.use(TOUCH);

  test("sign up", async ({ page }) => {
    const me = new Person(page);
    const { email, password, fullName } = newAccount();
    await page.goto("/login");
    await me.tap(page.getByRole("link", { name: "Sign up" }));
    const values = {
      "full-name": fullName,
      email,
      password,
      "confirm-password": password,
    };
    for (const [name, text] of Object.entries(values)) {
      await me.tap(field(page, name));
      await me.type(text);
    }
    await me.tap(button(page, "Sign Up"));
    await expect(button(page, "Log In")).toBeVisible(); // the sign-up form has the same fields
    await expect(field(page, "email")).toHaveValue(email);
    await me.tap(field(page, "password"));
    await me.type(password);
    await me.tap(button(page, "Log In"));
    await expect(page.getByRole("heading", { name: `Hi, ${fullName}` })).toBeVisible();
    expectEffort(me, { taps: 8 });
  });

  test("find an item among 1,000", async ({ signedIn: page }) => {
    test.slow();
    await addManyItems(page, 1000);
    await goHome(page);
    const me = new Person(page);
    await me.tap(button(page, "Search"));
    await me.fill(page.getByRole("combobox"), "thing 777");
    await me.tap(page.getByRole("option", { name: "Thing 777" }));
    await expect(page.getByLabel("Title")).toHaveValue("Thing 777");
    expectEffort(me, { taps: 2 });
  });

  test("edit ten items", async ({ signedIn: page }) => {
    test.slow();
    await addItems(page, 12);
    await goHome(page);
    const me = new Person(page);
    await me.tap(button(page, "Open navigation"));
    await me.tap(page.getByRole("link", { name: "Items", exact: true }));
    for (let index = 11; index > 1; index -= 1) {
      await me.tap(page.getByRole("link", { name: `Thing ${index}`, exact: true }));
      // The item opens to be read: no field has the focus, and no keyboard covers it.
      await me.tap(page.getByLabel("Title"));
      // Keys of the screen's keyboard do not count, as for typed text.
      await page.keyboard.press("ControlOrMeta+a");
      await me.fill(page.getByLabel("Title"), `Better ${index}`);
      await me.tap(button(page, "Save"));
      await expect(page.getByRole("dialog")).toBeHidden();
    }
    expect(await titles(page)).toEqual([...betterTitles(), "Thing 1", "Thing 0"]);
    expectEffort(me, { taps: 32 });
  });

  test("deactivate a user", async ({ page, request }) => {
    const { email, password } = await signUp(request);
    await signInAsSuperuser(page);
    await goHome(page);
    const me = new Person(page);
    await me.tap(button(page, "Open navigation"));
    await me.tap(page.getByRole("link", { name: "Users", exact: true }));
    await me.tap(page.getByRole("searchbox"));
    await me.type(email);
    await expect(page.getByText("1–1 of 1")).toBeVisible();
    await me.tap(row(page, email).getByRole("button"));
    await me.tap(page.getByRole("menuitem", { name: "Deactivate User" }));
    await expect(row(page, email)).toContainText("Inactive");
    await expectNoLogin(page, email, password);
    expectEffort(me, { taps: 5 });
  });

  test("recover a password", async ({ page, account, request }) => {
    const me = new Person(page);
    const password = `${account.password}-new`;
    await page.goto("/login");
    await me.tap(field(page, "email"));
    await me.type(account.email);
    await me.tap(page.getByRole("link", { name: "Forgot your password?" }));
    await me.tap(button(page, "Continue"));
    await expect(page.getByRole("status")).toContainText(account.email);
    await page.goto(await linkInMail(request, account.email, "/reset-password"));
    for (const name of ["new-password", "confirm-password"]) {
      await me.tap(field(page, name));
      await me.type(password);
    }
    await me.tap(button(page, "Reset Password"));
    await me.tap(field(page, "email"));
    await me.type(account.email);
    await me.tap(field(page, "password"));
    await me.type(password);
    await me.tap(button(page, "Log In"));
    await expect(page.getByText(WELCOME)).toBeVisible();
    expectEffort(me, { taps: 9 });
  });
});

const betterTitles = () => Array.from({ length: 10 }, (_, index) => `Better ${11 - index}`);

async function expectNoLogin(page: Page, email: string, password: string) {
  const response = await page.request.post("/api/v1/login/access-token", {
    form: { username: email, password },
  });
  expect(response.status()).toBe(400);
}
