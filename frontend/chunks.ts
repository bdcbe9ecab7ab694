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

const ENTRY = "src/main.tsx";

/** Our own modules, with all that they import. */
const OWN = {
  // What every page starts with.
  main: [
    ENTRY,
    "src/app/public-layout.tsx?tsr-split=component",
    "src/components/ui/alert.tsx",
    "src/components/ui/input.tsx",
    "src/components/ui/label.tsx",
  ],
  // What every signed-in page has besides, or most of them have and is small.
  shell: [
    "src/app/app-layout.tsx?tsr-split=component",
    "src/components/layout/page-header.tsx",
    "src/components/ui/badge.tsx",
    "src/components/ui/card.tsx",
    "src/components/ui/date-time.tsx",
    "src/components/ui/empty.tsx",
    "src/components/ui/skeleton.tsx",
    "src/lib/rows.ts",
  ],
  form: [
    "src/components/form/form.tsx",
    "src/components/form/password-field.tsx",
    "src/components/form/submit-button.tsx",
    "src/components/form/text-field.tsx",
    "src/lib/zod.ts",
  ],
  table: [
    "src/components/data-table/row-link.tsx",
    "src/components/data-table/server-table.tsx",
    "src/components/data-table/use-server-table.ts",
  ],
};

// The first group that has a module keeps it, with whatever else it imports.
export const chunkGroups = [
  { name: "framework", test: FRAMEWORK },
  { name: "overlays", test: OVERLAYS },
  ...Object.entries(OWN).map(([name, paths]) => ({
    name: (id: string, context: Rolldown.ChunkingContext) =>
      isIn(paths, id, context) ? name : null,
    debugName: name,
  })),
];

function isIn(paths: string[], id: string, context: Rolldown.ChunkingContext) {
  // The entry stays by itself: pages import the shared file, and must not wait for what starts them.
  return !id.endsWith(ENTRY) && paths.some((path) => importsOf(path, context).has(id));
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
