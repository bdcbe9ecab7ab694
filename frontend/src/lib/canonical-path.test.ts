import { createMemoryHistory } from "@tanstack/react-router";
import { expect, it } from "vitest";
import { canonicalPath, tidyAddress } from "./canonical-path";

it.each([
  ["/admin/", "/admin"],
  ["/admin?", "/admin"],
  ["/admin//?q=a%2Fb//#c//", "/admin?q=a%2Fb//#c//"],
  ["/settings//password", "/settings/password"],
  ["/", "/"],
  ["/admin?q=1#x", "/admin?q=1#x"],
])("%s becomes %s", (address, expected) => {
  const history = createMemoryHistory({ initialEntries: [address] });
  tidyAddress(history);
  expect(history.location.href).toBe(expected);
  expect(history.length).toBe(1);
});

it("takes the letters of the route", () => {
  expect(canonicalPath("/ADMIN", "/admin")).toBe("/admin");
  expect(canonicalPath("/Settings", "/settings/")).toBe("/settings");
  expect(canonicalPath("/TEAMS/Blue", "/teams/Blue")).toBe("/teams/Blue");
});

it.each([
  ["/", "/"],
  ["/admin", "/admin"],
  ["/admin/", "/admin"],
  ["/settings", "/settings/"],
  ["/caf%C3%A9", "/café"],
  ["/100%25", "/100%25"],
])("leaves %s", (path, matched) => {
  expect(canonicalPath(path, matched)).toBeUndefined();
});
