import type { Plugin, Rolldown } from "vite";

/**
 * Tells `index.html` which files each page needs besides the entry's, for `public/first-paint.js`, which asks for those
 * of the first page. Left alone, they are asked for only when the entry has arrived and runs.
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
  /** Its place in the tree, such as `app/settings/password`. What is around the pages of a folder ends in `/route`. */
  path: string;
  chunk: Rolldown.OutputChunk;
}

/** By the address of the page. */
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

/** The files of these chunks and of everything that they import at once. */
function withImports(bundle: Rolldown.OutputBundle, ...chunks: Rolldown.OutputChunk[]) {
  const files = new Set(chunks.map(({ fileName }) => fileName));
  for (const file of files) {
    const chunk = bundle[file];
    if (chunk?.type === "chunk") for (const imported of chunk.imports) files.add(imported);
  }
  return files;
}
