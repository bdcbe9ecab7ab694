/**
 * Edits the generated code so that its types match what happens at run time: `node finish-generated.mjs FOLDER` with
 * FOLDER/openapi.json and FOLDER/src/gen.
 *
 * An edit that matches nothing fails, because a new version of the generator may write different code.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

const [folder] = process.argv.slice(2);
const { paths } = JSON.parse(readFileSync(join(folder, "openapi.json"), "utf8"));
const EVENTS = "text/event-stream"; // the generator has a separate client for these

// Requests throw an ApiError that holds the problem document, not the document itself.
edit("types.gen.ts", [
  [
    /^export type (\w+)Error = (\w+Errors\[keyof \w+Errors\]);$/gm,
    "export type $1Error = ApiErrorFrom<$2>;",
  ],
  [/^(\/\/ .*\n)/, "$1\nimport type { ApiErrorFrom } from '../errors.js';\n"],
]);
edit("client/types.gen.ts", [
  [
    /error: (TError extends Record<string, unknown> \? TError\[keyof TError\] : TError);/,
    "error: ApiErrorFrom<$1>;",
  ],
  [/^(\/\/ .*\n)/, "$1\nimport type { ApiErrorFrom } from '../../errors.js';\n"],
  // Links to other packages' pages; the name is enough.
  [/\{@link http\S+ (`[^`]*`)\}/g, "$1"],
]);

// A call's own `Authorization` header wins over the client's token.
edit("client/utils.gen.ts", [
  [
    /checkForExistence\(options, auth\.name\)/,
    "checkForExistence(options, auth.name ?? 'Authorization')",
  ],
]);

// Our clients parse every response as JSON, so that a proxy's HTML page is never taken for data. These operations
// return something else.
const others = operations().filter(({ media }) => !media.includes("json") && media !== EVENTS);
edit(
  "sdk.gen.ts",
  others.map(({ name, url, media }) => [
    new RegExp(`(export const ${name} = [^]*?url: '${escaped(url)}')`),
    `$1, parseAs: '${media.startsWith("text/") ? "text" : "blob"}'`,
  ]),
);

// Bundlers can then drop unused schemas. Without it they keep all of them, because `check` calls could have side
// effects.
edit("zod.gen.ts", [
  [/^export const (\w+) = (z\.[^;]*);$/gm, "export const $1 = /* @__PURE__ */ (() => $2)();"],
]);

function edit(file, replacements) {
  const path = join(folder, "src", "gen", file);
  let text = readFileSync(path, "utf8");
  for (const [pattern, replacement] of replacements) {
    if (text.search(pattern) < 0) throw new Error(`${file} has nothing that matches ${pattern}`);
    text = text.replace(pattern, replacement);
  }
  writeFileSync(path, text);
}

function operations() {
  return Object.entries(paths).flatMap(([url, methods]) =>
    Object.values(methods).flatMap(({ operationId, responses }) => {
      const [, success] = Object.entries(responses).find(([status]) => status < "300");
      return Object.keys(success.content ?? {}).map((media) => ({
        name: operationId.replace(/_(.)/g, (_, letter) => letter.toUpperCase()),
        url,
        media,
      }));
    }),
  );
}

function escaped(text) {
  return text.replace(/[{}/.]/g, "\\$&");
}
