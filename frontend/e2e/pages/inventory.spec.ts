import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { pageCases } from "./page-case";

/** The addresses of the generated route tree, layouts left out. */
function routes() {
  const tree = readFileSync(new URL("../../src/routeTree.gen.ts", import.meta.url), "utf8");
  const paths = /interface FileRoutesByTo \{\n([^}]+)\}/.exec(tree)?.[1] ?? "";
  return [...paths.matchAll(/'([^']+)':/g)].map(([, path]) => path);
}

test("every page of the dashboard has a case, and every case a page", () => {
  const covered = new Set(pageCases.map(({ route }) => route));
  expect([...covered].sort()).toEqual(routes().sort());
});
