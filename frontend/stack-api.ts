import { execFileSync } from "node:child_process";
import { readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const STACK_FILE = join(ROOT, ".local", "stack.json");
const NO_STACK =
  "No stack of this folder is running. Start one with ./scripts/start, or set API_URL to the address of another API.";

interface Api {
  url: string;
  source: string;
}

/** Proxies the API's paths to `API_URL` or to the stack that `./scripts/start` runs in this folder. */
export function stackApi(): Plugin {
  let api: Api;
  return {
    name: "stack-api",
    apply: (_, { command, mode }) => command === "serve" && mode !== "test",
    config() {
      api = findApi();
      // The API serves /config.js, too, as it does beside the built dashboard.
      return { server: { proxy: { "/api": api.url, "/config.js": api.url } } };
    },
    configureServer({ config }) {
      config.logger.info(`\n  API: ${api.url} (${api.source})`);
    },
  };
}

function findApi(): Api {
  const { API_URL } = process.env;
  if (API_URL) return { url: API_URL, source: "API_URL" };
  const stack = readStack();
  if (!stack || !isRunning(stack.pid)) throw new Error(NO_STACK);
  return { url: stack.dashboard, source: `./scripts/start, process ${stack.pid}` };
}

/** The file is missing while no stack runs, and a killed one leaves it behind. */
function readStack(): { dashboard: string; pid: number } | undefined {
  try {
    return JSON.parse(readFileSync(STACK_FILE, "utf8"));
  } catch {
    return undefined;
  }
}

/** Whether `pid` is this folder's stack: after a restart of the machine, the number can be that of any program. */
function isRunning(pid: number) {
  try {
    const command = commandOf(pid);
    return command.includes("scripts.local.start") && command.includes(`${realpathSync(ROOT)}/`);
  } catch {
    return false;
  }
}

function commandOf(pid: number) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return execFileSync("ps", ["-ww", "-o", "command=", "-p", `${pid}`], { encoding: "utf8" });
  }
}
