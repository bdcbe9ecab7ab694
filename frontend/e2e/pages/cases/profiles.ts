import type { Page } from "@playwright/test";
import { json, refuse } from "../../stub/answer";
import { profile } from "../../stub/answers/profiles";
import { person } from "../../stub/answers/users";
import type { PageCase } from "../page-case";

const own = { route: "/settings/profiles", heading: "Settings" };
const ofUser = {
  route: "/profiles",
  url: `/profiles?user=${person(1).id}`,
  heading: "Profile",
  fallbackHeading: "Users",
  as: "superuser",
} as const;

async function save(page: Page) {
  await page.getByLabel("Job title").fill("Engineer");
  await page.getByRole("button", { name: "Save" }).click();
}

const empty = profile({
  username: null,
  first_name: null,
  last_name: null,
  document: {},
  version: 0,
});

export const pages: PageCase[] = [
  { ...own, reads: ["GET /profiles/me", "GET /profiles/schema"] },
  {
    ...own,
    state: "without values",
    given: (api) => api.on("GET /profiles/me", json(empty)),
  },
  {
    ...own,
    state: "with errors",
    act: async (page) => {
      await page.getByLabel("Team size").fill("many");
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByText("Team size must be a number").waitFor();
    },
  },
  {
    ...own,
    state: "with a taken username",
    isFailure: true,
    given: (api) =>
      api.on(
        "PATCH /profiles/me",
        refuse(409, "DUP_001", "This username is already taken", {
          errors: [
            { code: "duplicate", message: "This username is already taken", field: "username" },
          ],
        }),
      ),
    act: async (page) => {
      await save(page);
      await page.getByText("This username is already taken").waitFor();
    },
  },
  { ...ofUser, reads: ["GET /users/:user/profile", "GET /profiles/schema"] },
];
