/**
 * Packs the SDK and checks what users would install: publint (is package.json correct?), attw (do the types resolve as
 * the code does?), declarations without `any`, and the version.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

// The package is ESM only. It supports neither CommonJS nor tools that do not know `exports`.
const NOT_SUPPORTED = ["node10", "node16-cjs"];

const SDK = new URL("..", import.meta.url);

const tarball = pack();
const files = createPackageFromTarballData(tarball);
const problems = [
  ...ofVersion(),
  ...(await ofManifest()),
  ...(await ofTypes()),
  ...ofDeclarations(),
];
if (problems.length > 0) {
  console.error(`The package has ${problems.length} problem(s):\n  ${problems.join("\n  ")}`);
  process.exit(1);
}
console.log(
  `${files.packageName}: ${files.listFiles().length} files, ${tarball.length} bytes packed`,
);

function pack() {
  const folder = mkdtempSync(join(tmpdir(), "sdk-"));
  try {
    const options = { cwd: SDK, encoding: "utf8" };
    execFileSync("npm", ["run", "--silent", "build"], options);
    const arguments_ = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
    const [packed] = Object.values(JSON.parse(execFileSync("npm", arguments_, options)));
    return readFileSync(join(folder, packed.filename));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The package has the API's version. */
function ofVersion() {
  const { version } = JSON.parse(readFileSync(new URL("openapi.json", SDK), "utf8")).info;
  return version === files.packageVersion
    ? []
    : [`package.json has the version ${files.packageVersion}, the API ${version}`];
}

async function ofManifest() {
  const pack = {
    tarball: tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.length),
  };
  const { messages, pkg } = await publint({ pack, strict: true });
  return messages.map((message) => `publint: ${formatMessage(message, pkg, { color: false })}`);
}

async function ofTypes() {
  const { types, problems } = await checkPackage(files);
  if (!types) return ["attw: the package has no types"];
  return problems
    .filter(({ resolutionKind }) => !NOT_SUPPORTED.includes(resolutionKind))
    .map((problem) => `attw: ${JSON.stringify(problem)}`);
}

function ofDeclarations() {
  const declarations = files.listFiles().filter((name) => name.endsWith(".d.ts"));
  const comments = /\/\*[\s\S]*?\*\/|\/\/.*/g;
  return declarations
    .filter((name) => /\bany\b/.test(files.readFile(name).replace(comments, "")))
    .map((name) => `${name} has a type of any`);
}
