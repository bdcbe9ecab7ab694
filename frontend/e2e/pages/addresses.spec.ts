import { expect, test } from "../support/stubbed";
import { begin, nameOf, pageCases, urlOf } from "./page-case";

const FOREIGN_TARGETS = [
  "//evil.example",
  "/\\evil.example",
  "/%09/evil.example",
  "/.//evil.example",
  "https://evil.example",
  "https:evil.example",
  "javascript:alert(1)",
  "%00",
];

test("login never redirects to another site", async ({ page, api, baseURL }) => {
  for (const target of FOREIGN_TARGETS) {
    api.user = undefined;
    await page.goto(`/login?redirect=${target}`);
    await page.getByTestId("email-input").fill("ada@example.com");
    await page.getByTestId("password-input").fill("quiet-harbour-42");
    await page.getByRole("button", { name: "Log In" }).click();
    await expect(page.getByTestId("user-menu")).toBeVisible();
    expect(page.url(), target).toBe(`${baseURL}/`);
  }
});

test("a logged-in user is never redirected off-site", async ({ page, api, baseURL }) => {
  begin({}, api);
  await page.goto("/");
  await expect(page.getByTestId("user-menu")).toBeVisible();
  for (const target of FOREIGN_TARGETS) {
    await page.goto(`/login?redirect=${target}`);
    await expect(page.getByTestId("user-menu")).toBeVisible();
    expect(page.url(), target).toBe(`${baseURL}/`);
  }
});

const INVALID_QUERIES = [
  "?page=abc&size=-5&sort=price&q=%00&item=nobody&user=nobody&new=maybe&token=&redirect=",
  "?page=99999999999999999999&size=1e9&sort=&q=%F0%9F%92%A9&page=2&page[]=3",
  "?page=%7B%22a%22%3A1%7D&__proto__=1&constructor=2&is_active=perhaps&owner_id=7",
  "?%E0%A4%A&&==&?",
];

for (const pageCase of pageCases.filter(({ state }) => !state)) {
  test(`${nameOf(pageCase)} ignores invalid search parameters`, async ({ page, api, errors }) => {
    begin(pageCase, api);
    const isCatchAll = pageCase.route.endsWith("$");
    const path = isCatchAll ? pageCase.route.replace("$", "no/such/page") : pageCase.route;
    for (const query of INVALID_QUERIES) {
      await page.goto((path.includes("$") ? urlOf(pageCase) : path) + query);
      const heading = pageCase.fallbackHeading ?? pageCase.heading;
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(heading);
      await expect(page.getByRole("alert")).toHaveCount(0);
    }
    expect(errors).toEqual([]);
  });
}
