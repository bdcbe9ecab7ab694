import type { Plugin, Rolldown } from "vite";

/**
 * Writes into `index.html` which files each page needs besides the entry's. `public/first-paint.js` requests the files
 * of the first page. Otherwise they would be requested only after the entry has loaded and runs.
 */
export function pageFiles(): Plugin {
  return {
    name: "page-files",
    transformIndexHtml: {
      order: "post",
      handler: (html, { bundle }) =>
        bundle ? html.replace(EMPTY, `${START}${JSON.stringify(filesOfPages(bundle))}`) : html,
    },
  };
}

const START = '<script type="application/json" id="page-files">';
const EMPTY = `${START}{}`;

const PAGE = /\/src\/features\/[^/]+\/routes\/(public|app)\/(.+)\.tsx\?tsr-split=component$/;
const LAYOUT = /\/src\/app\/(public|app)-layout\.tsx\?tsr-split=component$/;

interface Route {
  /** Its place in the tree, such as `app/settings/password`. A folder's layout ends in `/route`. */
  path: string;
  chunk: Rolldown.OutputChunk;
}

/** Maps each page's URL to its files. */
function filesOfPages(bundle: Rolldown.OutputBundle) {
  const chunks = Object.values(bundle).filter((file) => file.type === "chunk");
  const routes = chunks.flatMap((chunk) => routesIn(chunk));
  const entry = withImports(bundle, ...chunks.filter(({ isEntry }) => isEntry));

  const pages = routes.filter(({ path }) => !isLayout(path));
  return Object.fromEntries(
    pages.map(({ path }) => {
      const shown = routes.filter((route) => route.path === path || isAround(route.path, path));
      const files = [...withImports(bundle, ...shown.map(({ chunk }) => chunk))];
      return [addressOf(path), files.filter((file) => !entry.has(file)).map((file) => `/${file}`)];
    }),
  );
}

function routesIn(chunk: Rolldown.OutputChunk) {
  return chunk.moduleIds.flatMap((id): Route[] => {
    const [, area, name = "route"] = PAGE.exec(id) ?? LAYOUT.exec(id) ?? [];
    return area ? [{ path: `${area}/${name}`, chunk }] : [];
  });
}

const isLayout = (path: string) => path.endsWith("/route");
const isAround = (layout: string, path: string) =>
  isLayout(layout) && path.startsWith(layout.slice(0, -"route".length));
const addressOf = (path: string) => path.replace(/^\w+/, "").replace(/\/index$/, "") || "/";

/** The files of these chunks and of everything that they import statically. */
function withImports(bundle: Rolldown.OutputBundle, ...chunks: Rolldown.OutputChunk[]) {
  const files = new Set(chunks.map(({ fileName }) => fileName));
  for (const file of files) {
    const chunk = bundle[file];
    if (chunk?.type === "chunk") for (const imported of chunk.imports) files.add(imported);
  }
  return files;
}
