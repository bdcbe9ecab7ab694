import { createMemoryHistory } from "@tanstack/react-router";
import { expect, it } from "vitest";
import { canonicalPath, tidyAddress } from "./canonical-path";

it.each([
  ["/items/", "/items"],
  ["/items?", "/items"],
  ["/items//?q=a%2Fb//#c//", "/items?q=a%2Fb//#c//"],
  ["/settings//password", "/settings/password"],
  ["/", "/"],
  ["/items?q=1#x", "/items?q=1#x"],
])("%s becomes %s", (address, expected) => {
  const history = createMemoryHistory({ initialEntries: [address] });
  tidyAddress(history);
  expect(history.location.href).toBe(expected);
  expect(history.length).toBe(1);
});

it("takes the letters of the route", () => {
  expect(canonicalPath("/ITEMS", "/items")).toBe("/items");
  expect(canonicalPath("/Settings", "/settings/")).toBe("/settings");
  expect(canonicalPath("/TEAMS/Blue", "/teams/Blue")).toBe("/teams/Blue");
});

it.each([
  ["/", "/"],
  ["/items", "/items"],
  ["/items/", "/items"],
  ["/settings", "/settings/"],
  ["/caf%C3%A9", "/café"],
  ["/100%25", "/100%25"],
])("leaves %s", (path, matched) => {
  expect(canonicalPath(path, matched)).toBeUndefined();
});
