import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { pageCases } from "./page-case";

/** The paths of the generated route tree, without layouts. */
function routes() {
  const tree = readFileSync(new URL("../../src/routeTree.gen.ts", import.meta.url), "utf8");
  const paths = /interface FileRoutesByTo \{\n([^}]+)\}/.exec(tree)?.[1] ?? "";
  return [...paths.matchAll(/'([^']+)':/g)].map(([, path]) => path);
}

test("pages and cases match one to one", () => {
  const covered = new Set(pageCases.map(({ route }) => route));
  expect([...covered].sort()).toEqual(routes().sort());
});
