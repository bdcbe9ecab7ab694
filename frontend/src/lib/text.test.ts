import { describe, expect, it } from "vitest";
import { harmless, initials, isBlank, isolated } from "./text";

describe("initials", () => {
  it.each([
    ["Ada Lovelace", "AL"],
    ["ada.lovelace@example.com", "al"],
    ["😀 Zoe", "Z"],
    ["משה (כהן)!", "מכ"],
    ["e\u0301mile  zola", "éz"],
    ["(Bob)", "B"],
    ["क्षमा", "क्ष"],
    ["𝒜da", "𝒜"],
    ["4711 Ltd", "4L"],
    ["👩‍👩‍👧", "👩‍👩‍👧"],
    ["\u202eevil", "e"],
    ["", ""],
    ["   ", ""],
  ])("of %s are %s", (name, expected) => {
    expect(initials(name)).toBe(expected);
  });
});

describe("a blank text", () => {
  it.each(["", " ", "\u200b", "\u2060\ufeff", "\u00ad", "\u3164", "\u2800", "\u202e", "\u{e0041}"])(
    "is %j",
    (text) => expect(isBlank(text)).toBe(true),
  );

  it.each(["a", "\u200ba", "👩‍👩‍👧", "\u05d0", "."])("is not %j", (text) =>
    expect(isBlank(text)).toBe(false),
  );
});

it("makes characters that change the direction visible", () => {
  expect(harmless("invoice \u202Efdp.exe")).toBe("invoice \uFFFDfdp.exe");
  expect(harmless("\u2066a\u2069 \u202Ab\u202C")).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/);
  expect(harmless("שלום, world")).toBe("שלום, world");
});

it("isolates text from right to left only", () => {
  expect(isolated("Ada")).toBe("Ada");
  expect(isolated("שלום")).toBe("\u2068שלום\u2069");
  expect(isolated("\u202Eabc")).toBe("\uFFFDabc");
});
