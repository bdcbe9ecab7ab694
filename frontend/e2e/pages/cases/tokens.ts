import type { Page } from "@playwright/test";
import { list, many } from "../../stub/answer";
import { apiToken } from "../../stub/answers/tokens";
import { person } from "../../stub/answers/users";
import type { OverlayCase, PageCase } from "../page-case";

const own = { route: "/settings/tokens", heading: "Settings" };
const ofUser = {
  route: "/tokens",
  url: `/tokens?user=${person(1).id}`,
  heading: "API tokens",
  fallbackHeading: "Users",
  as: "superuser",
} as const;

const save = (page: Page) => page.getByRole("button", { name: "Save" }).click();

async function create(page: Page) {
  await page.getByRole("button", { name: "Create token" }).click();
  await page.getByLabel("Name").fill("Nightly report");
  await save(page);
  await page.getByRole("status", { name: "New API token" }).waitFor();
}

export const pages: PageCase[] = [
  { ...own, reads: ["GET /tokens/"] },
  {
    ...own,
    state: "without tokens",
    given: (api) => api.on("GET /tokens/", list(many(0, apiToken), new URLSearchParams())),
  },
  { ...own, state: "with a new token", act: create },
  { ...ofUser, reads: ["GET /users/:user/tokens/"] },
];

export const overlays: OverlayCase[] = [
  {
    kind: "dialog",
    name: "new token sheet with errors",
    url: "/settings/tokens",
    heading: "Settings",
    as: "superuser",
    opener: (page) => page.getByRole("button", { name: "Create token" }),
    act: save,
  },
  {
    kind: "dialog",
    name: "dialog that revokes a token",
    url: "/settings/tokens",
    heading: "Settings",
    opener: (page) => page.getByRole("button", { name: /^Revoke: / }).first(),
  },
  {
    kind: "dialog",
    name: "dialog that revokes all tokens",
    url: ofUser.url,
    heading: ofUser.heading,
    as: "superuser",
    opener: (page) => page.getByRole("button", { name: "Revoke all tokens" }),
  },
];
