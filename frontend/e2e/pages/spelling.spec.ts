import { expect, test } from "../support/stubbed";
import { begin } from "./page-case";

const SPELLINGS = [
  ["/settings/", "/settings"],
  ["/SETTINGS/Password", "/settings/password"],
  ["//settings", "/settings"],
  ["/settings//password//?a=1#b", "/settings/password?a=1#b"],
  ["/settings/?", "/settings"],
] as const;

test("each page has one address", async ({ page, api, baseURL, errors }) => {
  begin({}, api);
  for (const [spelling, address] of SPELLINGS) {
    await page.goto(`${baseURL}${spelling}`);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Settings");
    expect(page.url()).toBe(`${baseURL}${address}`);
  }
  expect(errors).toEqual([]);
});
