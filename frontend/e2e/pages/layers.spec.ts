import type { Locator, Page } from "@playwright/test";
import { REQUEST_ID, refuse } from "../stub/answer";
import { person } from "../stub/answers/users";
import { expect, openPalette, settled, test } from "../support/stubbed";

test.beforeEach(async ({ page, api, stub }) => {
  api.user = person(0, { is_superuser: true });
  api.on("PATCH /users/:id", refuse(500, "INT_001", "Internal Server Error"));
  await page.goto("/admin");
  await settled(page, stub);
});

const toast = (page: Page) => page.locator("[data-sonner-toast]", { hasText: REQUEST_ID });
const sheet = (page: Page) => page.getByRole("dialog", { name: "Add User" });
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

/** An action on a row that the API refuses. */
async function fail(page: Page) {
  await page.getByRole("row").nth(2).getByRole("button").last().click();
  await page.getByRole("menuitem", { name: "Deactivate User" }).click();
  await expect(toast(page)).toBeVisible();
}

async function openSheet(page: Page) {
  await button(page, "Add User").click();
  await expect(sheet(page)).toBeVisible();
}

/** Expects that no toast lies over a control. Not even one that lets clicks through: the user would not see it. */
async function expectFree(page: Page, control: Locator) {
  const [box, over] = [await control.boundingBox(), await toast(page).boundingBox()];
  if (!box || !over) throw new Error(`${control} or the toast is not visible`);
  const isApart =
    box.x >= over.x + over.width ||
    over.x >= box.x + box.width ||
    box.y >= over.y + over.height ||
    over.y >= box.y + box.height;
  expect(isApart, `${control} beside ${JSON.stringify(over)}`).toBe(true);
}

for (const width of [320, 390, 768, 1024, 1440]) {
  test(`a toast leaves the buttons free at ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 800 });
    await fail(page);
    await page.getByRole("checkbox").nth(1).check();
    await expectFree(page, button(page, "Clear selection"));
    await button(page, "Clear selection").click();
    await expectFree(page, page.getByRole("row").nth(2).getByRole("button").last());
    await openSheet(page);
    await expect(toast(page)).toBeVisible();
    for (const name of ["Save", "Cancel", "Close"]) {
      await expectFree(page, sheet(page).getByRole("button", { name, exact: true }));
    }
  });
}

test("a toast leaves the palette and the navigation free", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 800 });
  await fail(page);
  await button(page, "Search").click();
  await expect(page.getByRole("option").first()).toBeVisible();
  await expectFree(page, page.getByRole("combobox"));
  await expectFree(page, page.getByRole("option").first());
  await page.keyboard.press("Escape");
  await button(page, "Open navigation").click();
  for (const control of await page.getByRole("dialog").locator("a, button").all()) {
    await expectFree(page, control);
  }
});

test("the keyboard's entry in a menu has an outline", async ({ page }) => {
  await page.getByTestId("theme-button").click();
  await page.keyboard.press("ArrowDown");
  await expect(page.locator("[role=menuitemradio]:focus")).toHaveCSS("outline-style", "solid");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("menu")).toHaveCount(0);
  await openPalette(page);
  const chosen = page.getByRole("option", { selected: true });
  await expect(chosen).toHaveCSS("outline-style", "solid");
});

test("the mouse closes a toast over a sheet", async ({ page }) => {
  await fail(page);
  await openSheet(page);
  await page.getByLabel("Full name").fill("Countess");
  await toast(page).getByRole("button", { name: "Copy request ID" }).click();
  await expect(toast(page).getByRole("button", { name: "Copied" })).toBeVisible();
  await toast(page).getByRole("button", { name: "Close toast" }).click();
  await expect(toast(page)).toHaveCount(0);
  await expect(sheet(page)).toBeVisible();
  await expect(page.getByLabel("Full name")).toHaveValue("Countess");
});

test("the keyboard closes a toast over a sheet", async ({ page }) => {
  await fail(page);
  await openSheet(page);
  await page.keyboard.press("Alt+t");
  const close = toast(page).getByRole("button", { name: "Close toast" });
  for (let presses = 0; presses < 4; presses += 1) {
    if (await close.evaluate((element) => element === document.activeElement)) break;
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Enter");
  await expect(toast(page)).toHaveCount(0);
  await expect(sheet(page)).toBeVisible();
  await expect(sheet(page).locator(":focus")).toHaveCount(1);
});

test("Escape closes what opened last", async ({ page }) => {
  await fail(page);
  await openSheet(page);
  await page.keyboard.press("Escape");
  await expect(sheet(page)).toHaveCount(0);
  await expect(toast(page)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(toast(page)).toHaveCount(0);
});

test("Escape closes a later toast before the sheet", async ({ page, api }) => {
  let answer = () => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const refused = api.handler("PATCH /users/:id");
  api.on("PATCH /users/:id", async (call) => {
    await answered;
    return refused(call);
  });
  await page.getByRole("row").nth(2).getByRole("button").last().click();
  await page.getByRole("menuitem", { name: "Deactivate User" }).click();
  await openSheet(page);
  await page.getByLabel("Full name").fill("Countess");
  answer();
  await expect(toast(page)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(toast(page)).toHaveCount(0);
  await expect(sheet(page)).toBeVisible();
  // Unsaved input: the question is on top of the sheet.
  await page.keyboard.press("Escape");
  await expect(page.getByRole("alertdialog")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("alertdialog")).toHaveCount(0);
  await expect(sheet(page)).toBeVisible();
});

test("Escape in a row's menu keeps the selection", async ({ page }) => {
  await page.getByRole("checkbox").nth(1).check();
  await page.getByRole("row").nth(2).getByRole("button").last().click();
  await expect(page.getByRole("menu")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("menu")).toHaveCount(0);
  await expect(page.getByRole("checkbox").nth(1)).toBeChecked();
});

test("logging out closes the toasts", async ({ page }) => {
  await fail(page);
  await page.getByTestId("user-menu").click();
  await page.getByRole("menuitem", { name: "Log out" }).click();
  await expect(button(page, "Log In")).toBeVisible();
  await expect(page.locator("[data-sonner-toast]")).toHaveCount(0);
});

test("logging in closes the toasts", async ({ page, api }) => {
  api.user = undefined;
  await page.goto("/signup");
  await page.getByTestId("full-name-input").fill("Ada");
  await page.getByTestId("email-input").fill("ada@example.com");
  await page.getByTestId("password-input").fill("quiet-harbour-42");
  await page.getByTestId("confirm-password-input").fill("quiet-harbour-42");
  await button(page, "Sign Up").click();
  await expect(page.getByText("Your account was created.")).toBeVisible();
  await page.getByTestId("email-input").fill("ada@example.com");
  await page.getByTestId("password-input").fill("quiet-harbour-42");
  await button(page, "Log In").click();
  await expect(page.getByTestId("user-menu")).toBeVisible();
  await expect(page.locator("[data-sonner-toast]")).toHaveCount(0);
});

test("Back closes the overlays of the shell", async ({ page, stub }) => {
  await page.getByRole("link", { name: "Settings", exact: true }).click();
  await expect(page).toHaveURL("/settings");
  await settled(page, stub);
  await openPalette(page);
  await page.goBack();
  await expect(page).toHaveURL("/admin");
  await expect(page.getByRole("dialog")).toHaveCount(0);

  await page.setViewportSize({ width: 390, height: 800 });
  await page.goForward();
  await page.getByRole("button", { name: "Open navigation" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("keys of a composition stay with the input method", async ({ page }) => {
  const session = await page.context().newCDPSession(page);
  const compose = (text: string) =>
    session.send("Input.imeSetComposition", { text, selectionStart: 1, selectionEnd: 1 });
  const commit = (text: string) => session.send("Input.insertText", { text });

  await openPalette(page);
  await compose("せ");
  for (const key of ["ArrowDown", "Escape", "Enter"]) await page.keyboard.press(key);
  await expect(page.getByRole("dialog")).toBeVisible();
  await expect(page).toHaveURL("/admin");
  await commit("せ");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);

  await openSheet(page);
  await page.getByLabel("Full name").focus();
  await compose("せ");
  for (const key of ["Escape", "Enter"]) await page.keyboard.press(key);
  await expect(sheet(page)).toBeVisible();
  await expect(page.getByRole("alertdialog")).toHaveCount(0);
  await expect(page.getByLabel("Password", { exact: true })).toHaveAttribute(
    "aria-invalid",
    "false",
  );
  await commit("せ");
  await button(page, "Cancel").click();
  await expect(sheet(page)).toHaveCount(0);
});
