import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const STACK_FILE = fileURLToPath(new URL("../.local/stack.json", import.meta.url));
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

function isRunning(pid: number) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
