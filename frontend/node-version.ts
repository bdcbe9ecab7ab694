import { readFileSync } from "node:fs";

/** Stops with one sentence on an old Node, on which Vite and Vitest fail with errors that do not say why. */
export function requireNode() {
  const { engines } = JSON.parse(readFileSync(new URL("./package.json", import.meta.url), "utf8"));
  const oldest = engines.node.slice(">=".length);
  if (isOlder(process.versions.node, oldest)) {
    console.error(
      `Node ${oldest} or newer is needed, but PATH has ${process.versions.node}. ` +
        "Put a newer one on PATH, such as .local/tools/node/bin, which ./scripts/start installs.",
    );
    process.exit(1);
  }
}

const isOlder = (version: string, oldest: string) =>
  version.localeCompare(oldest, "en", { numeric: true }) < 0;
