import type { Page } from "@playwright/test";
import { json } from "../../stub/answer";
import { totpStatus } from "../../stub/answers/totp";
import { person } from "../../stub/answers/users";
import type { Api } from "../../stub/api";
import type { OverlayCase, PageCase } from "../page-case";

const own = { route: "/settings/security", heading: "Settings" };
const ofUser = {
  route: "/totp",
  url: `/totp?user=${person(1).id}`,
  heading: "Authenticator app",
  fallbackHeading: "Users",
  as: "superuser",
} as const;

const isOn = (api: Api) => api.on("GET /totp/", json(totpStatus(true)));

async function replaceCodes(page: Page) {
  await page.getByRole("button", { name: "New recovery codes" }).click();
  await page.getByRole("button", { name: "Create codes" }).click();
  await page.getByRole("list", { name: "Codes" }).waitFor();
}

export const pages: PageCase[] = [
  {
    ...own,
    state: "with an authenticator app",
    given: isOn,
    reads: ["GET /totp/", "GET /totp/devices/"],
  },
  {
    ...own,
    state: "without trusted devices",
    given: (api) => {
      isOn(api);
      api.on("GET /totp/devices/", json({ data: [], count: 0 }));
    },
  },
  { ...own, state: "with new recovery codes", given: isOn, act: replaceCodes },
  { ...ofUser, reads: ["GET /users/:user/totp/"] },
];

export const overlays: OverlayCase[] = [
  {
    kind: "dialog",
    name: "authenticator app sheet",
    url: own.route,
    heading: own.heading,
    opener: (page) => page.getByRole("button", { name: "Set up authenticator app" }),
  },
  {
    kind: "dialog",
    name: "dialog that turns the authenticator app off",
    url: own.route,
    heading: own.heading,
    given: isOn,
    opener: (page) => page.getByRole("button", { name: "Turn off" }),
  },
  {
    kind: "dialog",
    name: "sheet that removes an authenticator app",
    url: ofUser.url,
    heading: ofUser.heading,
    as: "superuser",
    opener: (page) => page.getByRole("button", { name: "Remove app" }),
  },
];
