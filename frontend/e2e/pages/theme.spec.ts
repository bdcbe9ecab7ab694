import { person } from "../stub/answers/users";
import { expect, test } from "../support/stubbed";

const MAX_DARK_LIGHTNESS = 40;

/** The lightness of the painted page background, from 0 to 255. */
const lightness = () => {
  const canvas = document.createElement("canvas").getContext("2d");
  if (!canvas) throw new Error("no canvas");
  canvas.fillStyle = getComputedStyle(document.body).backgroundColor;
  canvas.fillRect(0, 0, 1, 1);
  return canvas.getImageData(0, 0, 1, 1).data[0] ?? 0;
};

test("the first paint has the chosen theme", async ({ page }) => {
  await page.addInitScript(() => localStorage.setItem("theme", "dark"));
  await page.route("**/assets/*.js", (route) => route.abort());
  await page.goto("/login");
  await expect(page.getByText("Loading…")).toBeVisible();
  await expect(page.locator("html")).toHaveClass("dark");
  expect(await page.evaluate(lightness)).toBeLessThan(MAX_DARK_LIGHTNESS);
});

test("the default theme follows the system live", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto("/login");
  await expect(page.locator("html")).toHaveClass("dark");
  await page.emulateMedia({ colorScheme: "light" });
  await expect(page.locator("html")).toHaveClass("light");
});

test("a theme choice persists and reaches other tabs", async ({ page, api, context }) => {
  api.user = person(0);
  const other = await context.newPage();
  await page.goto("/");
  await other.goto("/");
  await page.getByTestId("theme-button").click();
  await page.getByTestId("dark-mode").click();
  await expect(page.locator("html")).toHaveClass("dark");
  await expect(other.locator("html")).toHaveClass("dark");

  await page.reload();
  await expect(page.locator("html")).toHaveClass("dark");
  await page.getByTestId("theme-button").click();
  await expect(page.getByTestId("dark-mode")).toHaveAttribute("aria-checked", "true");
  await page.getByTestId("light-mode").click();
  await expect(page.locator("html")).toHaveClass("light");
});

test("visitors can choose a theme", async ({ page }) => {
  await page.goto("/login");
  await page.getByTitle("Dark").click();
  await expect(page.locator("html")).toHaveClass("dark");
});
