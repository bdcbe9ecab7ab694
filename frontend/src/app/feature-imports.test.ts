import { expect, it } from "vitest";

const sources = import.meta.glob<string>("/src/**/*.{ts,tsx}", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** The feature that a path belongs to: "users" for "/src/features/users/api.ts". */
const featureOf = (path: string) => /^\/src\/features\/([^/]+)\//.exec(path)?.[1];

/** The paths of our own modules that a file imports, absolute from the frontend's root. */
function importsOf(path: string, source: string) {
  const specifiers = [...source.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)];
  return specifiers.flatMap(([, specifier = ""]) => {
    if (specifier.startsWith("@/")) return [specifier.replace("@", "/src")];
    if (specifier.startsWith(".")) return [new URL(specifier, `file://${path}`).pathname];
    return [];
  });
}

it("lets no file import another feature", () => {
  const checked = Object.entries(sources).filter(([path]) => !path.endsWith(".gen.ts"));
  const wrong = checked.flatMap(([path, source]) =>
    importsOf(path, source)
      .filter((target) => featureOf(target) && featureOf(target) !== featureOf(path))
      .map((target) => `${path} imports ${target}`),
  );
  expect(checked.length).toBeGreaterThan(50);
  expect(wrong).toEqual([]);
});
