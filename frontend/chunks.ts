import { fileURLToPath } from "node:url";
import type { Rolldown } from "vite";

/**
 * Decides which modules share a file. By default the bundler writes one file for each set of modules that the same
 * pages share: dozens of files of 300 bytes, which compress badly and each cost a request.
 */

// Every page needs these, and they change only with an upgrade.
const FRAMEWORK =
  /node_modules\/(react|react-dom|scheduler|@tanstack\/(history|router-core|react-router|query-core|react-query|store|react-store)|@radix-ui\/react-(slot|compose-refs)|clsx|tailwind-merge|class-variance-authority)\//;

// Menus, tooltips and dialogs build on these, and every signed-in page has all of them.
const OVERLAYS =
  /node_modules\/(@radix-ui|@floating-ui|react-remove-scroll|react-style-singleton|use-callback-ref|use-sidecar|aria-hidden|get-nonce)/;

const ENTRY = "src/main.tsx";

/** Our own modules, each with its imports. */
const OWN = {
  // Every page starts with these.
  main: [
    ENTRY,
    "src/app/public-layout.tsx?tsr-split=component",
    "src/components/layout/slot.tsx",
    "src/components/ui/alert.tsx",
    "src/components/ui/input.tsx",
    "src/components/ui/label.tsx",
    "src/components/ui/user-text.tsx",
  ],
  // Signed-in pages start with these as well. A few are used by most pages only, and are small.
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

// The first group that matches a module gets it, with its imports.
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
  // The entry has a file of its own: pages import from the shared file, and must not wait for the code that starts
  // them.
  return !id.endsWith(ENTRY) && paths.some((path) => importsOf(path, context).has(id));
}

const known = new Map<string, Set<string>>();

/** The module and all own modules that it imports statically, directly or not. */
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
