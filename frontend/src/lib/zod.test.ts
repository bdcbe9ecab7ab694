import * as sdk from "@app/sdk/zod";
import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import {
  emailField,
  newPasswordField,
  optionalDecimal,
  optionalPassword,
  optionalText,
  PASSWORD_RULE,
  passwordField,
  requiredDecimal,
  requiredText,
} from "./zod";

const messages = (field: z.ZodMiniType, value: unknown) =>
  field.safeParse(value).error?.issues.map(({ message }) => message) ?? [];

describe("text fields", () => {
  const long = z.nullish(z.string().check(z.maxLength(2000)));

  it("take the maximum from the API's schema", () => {
    const notes = optionalText("Notes", long);
    expect(messages(notes, "a".repeat(2000))).toEqual([]);
    expect(messages(notes, "a".repeat(2001))).toEqual(["Notes must be at most 2000 characters"]);
    const name = requiredText("Name", z.string().check(z.minLength(1), z.maxLength(40)));
    expect(messages(name, "a".repeat(40))).toEqual([]);
    expect(messages(name, "a".repeat(41))).toEqual(["Name must be at most 40 characters"]);
  });

  it("take the minimum and the pattern as well", () => {
    const code = z.string().check(z.minLength(3), z.regex(/^[A-Z]+$/));
    expect(messages(requiredText("Code", code), "A")).toEqual([
      "Code must be at least 3 characters",
    ]);
    expect(messages(requiredText("Code", code), "abc")).toEqual(["Code is invalid"]);
  });

  it("show one message for an empty required text", () => {
    const title = requiredText("Title", z.string().check(z.minLength(3)));
    expect(messages(title, " ")).toEqual(["Title is required"]);
    expect(messages(title, "\u200b\u3164")).toEqual(["Title is required"]);
    expect(messages(requiredText("Full Name", long), "")).toEqual(["Full Name is required"]);
  });

  it("are trimmed, and null when empty and optional", () => {
    const notes = optionalText("Notes", z.nullish(z.string().check(z.minLength(3))));
    expect(notes.parse("  text ")).toBe("text");
    expect(notes.parse("  ")).toBeNull();
    expect(requiredText("Title", long).parse(" a ")).toBe("a");
  });
});

describe("the e-mail field", () => {
  it("has the API's limits", () => {
    const longest = `${"a".repeat(64)}@${"b".repeat(185)}.com`;
    expect(longest).toHaveLength(254);
    expect(messages(emailField, longest)).toEqual([]);
    expect(sdk.zLoginSession.shape.email.safeParse(longest).success).toBe(true);
    expect(messages(emailField, `b${longest}`)).toContain("Email must be at most 254 characters");
  });

  it.each(["a&b@example.com", "kim@пример.рф", "bob@müller.de", '"@"@example.com', "a@localhost"])(
    "leaves %s to the API",
    (address) => expect(messages(emailField, address)).toEqual([]),
  );

  it.each(["", " ", "nobody", "@example.com", "ada@", "a b@example.com", "ada@exam ple.com"])(
    "refuses %j",
    (address) => expect(messages(emailField, address)).toEqual(["Invalid email address"]),
  );

  it("has one message for an invalid address", () => {
    expect(messages(emailField, "")).toEqual(["Invalid email address"]);
    expect(messages(emailField, "nobody")).toEqual(["Invalid email address"]);
    expect(emailField.parse(" ada@example.com ")).toBe("ada@example.com");
  });
});

describe("decimal fields", () => {
  it("become the API's text", () => {
    expect(requiredDecimal("Amount").parse(" 12,50 ")).toBe("12.50");
    expect(optionalDecimal("Amount").parse("0")).toBe("0");
    expect(optionalDecimal("Amount").parse(" ")).toBeNull();
  });

  it("have a message for everything else", () => {
    expect(messages(requiredDecimal("Amount"), " ")).toEqual(["Amount is required"]);
    expect(messages(requiredDecimal("Amount"), "ten")).toEqual(["Amount must be a number"]);
    expect(messages(optionalDecimal("Amount"), "ten")).toEqual(["Amount must be a number"]);
  });
});

describe("password fields", () => {
  it("have the API's limits for a new password", () => {
    const issues = sdk.zUpdatePassword.shape.new_password.safeParse("").error?.issues;
    expect(issues).toMatchObject([{ code: "too_small", minimum: 8 }]);
    expect(PASSWORD_RULE).toBe("At least 8 characters.");
    for (const field of [newPasswordField, optionalPassword]) {
      expect(messages(field, "a".repeat(7))).toEqual(["Password must be at least 8 characters"]);
      expect(messages(field, "a".repeat(8))).toEqual([]);
      expect(messages(field, "a".repeat(128))).toEqual([]);
      expect(messages(field, "a".repeat(129))).toEqual(["Password must be at most 128 characters"]);
    }
  });

  it("count an emoji as one character, as the API does", () => {
    expect(messages(newPasswordField, "😀".repeat(7))).toEqual([
      "Password must be at least 8 characters",
    ]);
    expect(messages(newPasswordField, "😀".repeat(128))).toEqual([]);
    expect(messages(requiredText("Title", z.string().check(z.maxLength(3))), "👍👍👍")).toEqual([]);
  });

  it("require a password unless it is optional", () => {
    expect(messages(newPasswordField, "")).toEqual(["Password is required"]);
    expect(messages(passwordField, "")).toEqual(["Password is required"]);
    expect(messages(optionalPassword, "")).toEqual([]);
  });

  it("accept an existing password of any length", () => {
    expect(messages(passwordField, "a")).toEqual([]);
  });
});
