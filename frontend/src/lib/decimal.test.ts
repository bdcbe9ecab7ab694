import { expect, it } from "vitest";
import { parseDecimal } from "./decimal";

it.each([
  ["12,50", "de", "12.50"],
  ["12,50", "en", "12.50"],
  ["12.50", "de", "12.50"],
  ["1.234,50", "de", "1234.50"],
  ["1,234.50", "en", "1234.50"],
  ["1,234.50", "de", "1234.50"],
  ["1.234", "de", "1234"],
  ["1.234", "en", "1.234"],
  ["1,234", "en", "1234"],
  ["1,234,567", "en", "1234567"],
  ["1\u202f234,5", "fr", "1234.5"],
  ["1’234.50", "de-CH", "1234.50"],
  ["١٬٢٣٤٫٥", "ar-EG", "1234.5"],
  [" -7 ", "en", "-7"],
  ["\u2212,5", "de", "-0.5"],
  ["12345678901234567890.12", "en", "12345678901234567890.12"],
])("reads %s in %s as %s", (text, locale, expected) => {
  expect(parseDecimal(text, locale)).toBe(expected);
});

it.each(["", " ", "-", ",", "1.2.3", "1,23,4", "12a", "1e5", "--1", "NaN", "1,,2"])(
  "refuses %s",
  (text) => expect(parseDecimal(text, "en")).toBeUndefined(),
);
