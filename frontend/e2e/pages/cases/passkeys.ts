import type { Page } from "@playwright/test";
import { list, many, refuse } from "../../stub/answer";
import { passkey } from "../../stub/answers/passkeys";
import { person } from "../../stub/answers/users";
import type { OverlayCase, PageCase } from "../page-case";

const own = { route: "/settings/security", heading: "Settings" };
const ofUser = {
  route: "/passkeys",
  url: `/passkeys?user=${person(1).id}`,
  heading: "Passkeys",
  fallbackHeading: "Users",
  as: "superuser",
} as const;

const save = (page: Page) => page.getByRole("button", { name: "Save" }).click();

const challenge = { token: "t", kinds: { passkeys: { options: {} } } };

export const pages: PageCase[] = [
  { ...own, state: "with passkeys", reads: ["GET /passkeys/"] },
  {
    ...own,
    state: "with one passkey",
    given: (api) => api.on("GET /passkeys/", list(many(1, passkey), new URLSearchParams())),
  },
  {
    ...own,
    state: "without passkeys",
    given: (api) => api.on("GET /passkeys/", list(many(0, passkey), new URLSearchParams())),
  },
  { ...ofUser, reads: ["GET /users/:user/passkeys/"] },
  {
    route: "/login",
    state: "with a passkey as the second factor",
    as: "visitor",
    heading: /^Log in to \S/,
    isFailure: true,
    given: (api) =>
      api.on("POST /login/session", () => {
        const refused = refuse(403, "AUTH_MFA_REQUIRED", "Confirm with your second factor");
        return { ...refused, body: JSON.stringify({ ...JSON.parse(refused.body), challenge }) };
      }),
    act: async (page) => {
      await page.getByTestId("email-input").fill("ada@example.com");
      await page.getByTestId("password-input").fill("quiet-harbour-42");
      await page.getByRole("button", { name: "Log In", exact: true }).click();
      await page.getByText("Your browser asks for your passkey").waitFor();
    },
  },
];

export const overlays: OverlayCase[] = [
  {
    kind: "dialog",
    name: "new passkey sheet with errors",
    url: own.route,
    heading: own.heading,
    opener: (page) => page.getByRole("button", { name: "Add passkey" }),
    act: save,
  },
  {
    kind: "dialog",
    name: "sheet that renames a passkey",
    url: own.route,
    heading: own.heading,
    opener: (page) => page.getByRole("button", { name: /^Rename: / }).first(),
  },
  {
    kind: "dialog",
    name: "dialog that removes a passkey",
    url: own.route,
    heading: own.heading,
    opener: (page) => page.getByRole("button", { name: /^Remove: / }).first(),
  },
  {
    kind: "dialog",
    name: "sheet that removes all passkeys",
    url: ofUser.url,
    heading: ofUser.heading,
    as: "superuser",
    opener: (page) => page.getByRole("button", { name: "Remove all passkeys" }),
    act: save,
  },
];
