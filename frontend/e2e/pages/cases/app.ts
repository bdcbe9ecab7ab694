import { refuse } from "../../stub/answer";
import type { OverlayCase, PageCase } from "../page-case";

const home = { url: "/", heading: /^Hi/ };

export const pages: PageCase[] = [
  { route: "/$", url: "/no/such/page", heading: "Page not found" },
  {
    route: "/",
    state: "failed",
    given: (api) => api.on("GET /users/me", refuse(403, "AUTH_002", "Forbidden")),
    heading: "Couldn't load this page",
    isFailure: true,
  },
];

export const overlays: OverlayCase[] = [
  {
    kind: "menu",
    name: "theme menu",
    ...home,
    opener: (page) => page.getByTestId("theme-button"),
  },
  {
    kind: "menu",
    name: "user menu",
    ...home,
    width: 1280,
    opener: (page) => page.getByTestId("user-menu"),
  },
  {
    kind: "dialog",
    name: "navigation on small screens",
    ...home,
    width: 360,
    opener: (page) => page.getByRole("button", { name: "Open navigation" }),
  },
  {
    kind: "dialog",
    name: "command palette",
    ...home,
    opener: (page) => page.getByRole("button", { name: "Search" }),
  },
  {
    kind: "dialog",
    name: "list of shortcuts",
    ...home,
    keys: "?",
    opener: (page) => page.getByTestId("theme-button"),
  },
];
