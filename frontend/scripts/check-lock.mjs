/**
 * Fails when package-lock.json would not install everywhere.
 *
 * npm drops an optional dependency without a word when the registry does not have it at that moment. The native
 * binary of another platform is then missing from the lock, and `npm ci` fails or nothing loads there.
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
