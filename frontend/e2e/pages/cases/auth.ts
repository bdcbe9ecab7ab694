import type { Page } from "@playwright/test";
import { list, many, refuse } from "../../stub/answer";
import { securityEvent, session } from "../../stub/answers/auth";
import { person } from "../../stub/answers/users";
import type { OverlayCase, PageCase } from "../page-case";

const press = (button: string) => (page: Page) =>
  page.getByRole("button", { name: button, exact: true }).click();

const security = { route: "/settings/security", heading: "Settings" };
const ofUser = {
  route: "/sessions",
  url: `/sessions?user=${person(1).id}`,
  heading: "Sessions",
  fallbackHeading: "Users",
  as: "superuser",
} as const;

const activity = { route: "/settings/activity", heading: "Settings" };
const activityOfUser = {
  route: "/activity",
  url: `/activity?user=${person(1).id}`,
  heading: "Activity",
  fallbackHeading: "Users",
  as: "superuser",
} as const;

export const pages: PageCase[] = [
  { ...activity, reads: ["GET /users/me/security-events"] },
  {
    ...activity,
    state: "without results",
    url: "/settings/activity?kind=password_reset",
    given: (api) =>
      api.on("GET /users/me/security-events", list(many(0, securityEvent), new URLSearchParams())),
  },
  { ...activityOfUser, reads: ["GET /users/:user/security-events"] },
  { ...security, reads: ["GET /sessions/"] },
  { ...ofUser, reads: ["GET /users/:user/sessions/"] },
  {
    ...ofUser,
    state: "without sessions",
    given: (api) =>
      api.on("GET /users/:user/sessions/", list(many(0, session), new URLSearchParams())),
  },
  { route: "/login", as: "visitor", heading: /^Log in to \S/ },
  { route: "/signup", as: "visitor", heading: "Create an account" },
  {
    route: "/signup",
    state: "with errors",
    as: "visitor",
    heading: "Create an account",
    act: press("Sign Up"),
  },
  {
    route: "/verify-email",
    url: "/verify-email#token=some-token",
    as: "visitor",
    heading: "Confirm your email address",
  },
  {
    route: "/not-me",
    url: "/not-me#token=some-token",
    as: "visitor",
    heading: "This was not me",
  },
  {
    route: "/confirm-email",
    url: "/confirm-email#token=some-token",
    as: "visitor",
    heading: "Confirm your new email address",
  },
  {
    route: "/undo-email",
    url: "/undo-email#token=some-token",
    as: "visitor",
    heading: "Undo the change",
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

export const overlays: OverlayCase[] = [
  {
    kind: "dialog",
    name: "open event sheet of the activity",
    url: "/settings/activity",
    heading: "Settings",
    opener: (page) => page.getByRole("row").nth(2).getByRole("link"),
  },
  {
    kind: "dialog",
    name: "dialog that asks for the password",
    url: "/settings/security",
    heading: "Settings",
    given: (api) =>
      api.on("DELETE /sessions/", refuse(403, "AUTH_REAUTHENTICATION_REQUIRED", "Confirm")),
    opener: (page) => page.getByRole("button", { name: "End all other sessions" }),
  },
];
