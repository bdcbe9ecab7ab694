import type { Page } from "@playwright/test";
import type { PageCase } from "../page-case";

const press = (button: string) => (page: Page) =>
  page.getByRole("button", { name: button, exact: true }).click();

export const pages: PageCase[] = [
  { route: "/login", as: "visitor", heading: /^Log in to \S/ },
  { route: "/signup", as: "visitor", heading: "Create an account" },
  {
    route: "/signup",
    state: "with errors",
    as: "visitor",
    heading: "Create an account",
    act: press("Sign Up"),
  },
  { route: "/recover-password", as: "visitor", heading: "Password Recovery" },
  {
    route: "/reset-password",
    url: "/reset-password?token=some-token",
    as: "visitor",
    heading: "Reset Password",
  },
  {
    route: "/reset-password",
    state: "without a token",
    as: "visitor",
    heading: "Reset Password",
  },
];
