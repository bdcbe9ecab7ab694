import { expect, it } from "vitest";

const sources = import.meta.glob<string>("/src/**/*.{ts,tsx}", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** The feature that a path lies in: "users" for "/src/features/users/api.ts". */
const featureOf = (path: string) => /^\/src\/features\/([^/]+)\//.exec(path)?.[1];

/** Absolute paths, from the root of the frontend, of the modules that a file imports from our own tree. */
function importsOf(path: string, source: string) {
  const specifiers = [...source.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)];
  return specifiers.flatMap(([, specifier = ""]) => {
    if (specifier.startsWith("@/")) return [specifier.replace("@", "/src")];
    if (specifier.startsWith(".")) return [new URL(specifier, `file://${path}`).pathname];
    return [];
  });
}

it("lets no file import a feature that it does not belong to, so that any folder can be deleted", () => {
  const checked = Object.entries(sources).filter(([path]) => !path.endsWith(".gen.ts"));
  const wrong = checked.flatMap(([path, source]) =>
    importsOf(path, source)
      .filter((target) => featureOf(target) && featureOf(target) !== featureOf(path))
      .map((target) => `${path} imports ${target}`),
  );
  expect(checked.length).toBeGreaterThan(50);
  expect(wrong).toEqual([]);
});
