import { expect, it } from "vitest";
import { safePath } from "./safe-path";

it.each(["/", "/admin?page=2&q=a%2Fb", "/admin#top", "/search?next=//elsewhere.example"])(
  "keeps %j",
  (path) => {
    expect(safePath(path)).toBe(path);
  },
);

it.each([
  "",
  "admin",
  "https://evil.example",
  "//evil.example",
  "/\\evil.example",
  "\\\\evil.example",
  "/\t/evil.example",
  "/\n/evil.example",
  "/.//evil.example",
  "/..//evil.example",
  "/x/..//evil.example",
  " //evil.example",
  "javascript:alert(1)",
])("refuses %j", (path) => {
  expect(safePath(path)).toBeUndefined();
});
