/**
 * Fails when package-lock.json would not install on every platform.
 *
 * npm silently drops an optional dependency that the registry does not have at that moment. The lock file then misses
 * the native binary of another platform, where `npm ci` fails or the package does not load.
 */
import { readFileSync } from "node:fs";

const { packages } = JSON.parse(
  readFileSync(new URL("../package-lock.json", import.meta.url), "utf8"),
);
const problems = [];

for (const [path, entry] of Object.entries(packages)) {
  for (const name of Object.keys(entry.optionalDependencies ?? {})) {
    const nested = `${path}/node_modules/${name}`;
    if (!(nested in packages) && !(`node_modules/${name}` in packages)) {
      problems.push(`${path || "package.json"} needs ${name}, which has no entry`);
    }
  }
  if (/^https?:/.test(entry.resolved ?? ""))
    problems.push(`${path} holds the download address ${entry.resolved}`);
}

if (problems.length > 0) {
  console.error(`package-lock.json has ${problems.length} problem(s):\n  ${problems.join("\n  ")}`);
  process.exit(1);
}
console.log(
  `package-lock.json: ${Object.keys(packages).length} entries, all platforms present, no download address`,
);
