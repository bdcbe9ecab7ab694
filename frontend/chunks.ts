import { fileURLToPath } from "node:url";
import type { Rolldown } from "vite";

/**
 * What goes into one file. Left alone, the bundler makes one of each set of modules that the same pages share: dozens
 * of files of 300 bytes, which compress badly and are asked for one by one.
 */

// What every page needs and changes only with an upgrade.
const FRAMEWORK =
  /node_modules\/(react|react-dom|scheduler|@tanstack\/(history|router-core|react-router|query-core|react-query|store|react-store)|@radix-ui\/react-(slot|compose-refs)|clsx|tailwind-merge|class-variance-authority)\//;

// What menus, tooltips and dialogs stand on: every signed-in page has them all.
const OVERLAYS =
  /node_modules\/(@radix-ui|@floating-ui|react-remove-scroll|react-style-singleton|use-callback-ref|use-sidecar|aria-hidden|get-nonce)/;

export const chunkGroups = [
  { name: "framework", test: FRAMEWORK },
  { name: "overlays", test: OVERLAYS },
  { name: ownChunk },
];

const ENTRY = "src/main.tsx";
const MAIN = [ENTRY, "src/app/public-layout.tsx?tsr-split=component"];
const SHELL = ["src/app/app-layout.tsx?tsr-split=component"];

/** Our own modules: those that every page starts with, and those that every signed-in page has besides. */
function ownChunk(id: string, context: Rolldown.ChunkingContext) {
  // The entry stays by itself: pages import the shared file, and must not wait for what starts them.
  if (id.endsWith(ENTRY)) return null;
  const isIn = (paths: string[]) => paths.some((path) => importsOf(path, context).has(id));
  if (isIn(MAIN)) return "main";
  return isIn(SHELL) ? "shell" : null;
}

const known = new Map<string, Set<string>>();

/** The module and all of ours that it imports at once, directly or not. */
function importsOf(path: string, context: Rolldown.ChunkingContext) {
  const found = known.get(path) ?? new Set<string>();
  if (!known.has(path)) {
    known.set(path, found);
    const queue = [fileURLToPath(new URL(".", import.meta.url)) + path];
    for (const id of queue) {
      if (found.has(id)) continue;
      found.add(id);
      queue.push(...(context.getModuleInfo(id)?.importedIds.filter(isOwn) ?? []));
    }
  }
  return found;
}

const isOwn = (id: string) => !/node_modules|\/sdk\/src\/gen\//.test(id);
