/** Fails when a page exceeds its budget, in kB of gzipped files that it loads. Run it after `npm run build`. */
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const DIST = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", DIST), "utf8"));
const ENTRY = "index.html";
const ENTRY_LIMIT = 147;
const CSS_LIMIT = 14;
const ALL_JS_LIMIT = 520;
/** Its dictionary is loaded when somebody types a new password, and never before. */
const ESTIMATOR = "assets/password-strength-";
const ESTIMATOR_LIMIT = 240;

/** Pages are found by their place in the tree, their layouts by chunks.ts. A page inside the app can hold a table. */
const AREAS = {
  public: { layout: "main", limit: 176 },
  app: { layout: "shell", limit: 234 },
};
const STRICTER = { "src/features/home/routes/app/index.tsx": 190 };
const PAGE = /^(src\/features\/([^/]+)\/routes\/(public|app)\/(.+)\.tsx)\?tsr-split=component$/;

const size = (file) => gzipSync(readFileSync(new URL(file, DIST)), { level: 9 }).length / 1000;

/** The files of a chunk and of everything that it imports statically. */
function graph(key, files = new Set()) {
  const chunk = manifest[key];
  if (files.has(chunk.file)) return files;
  files.add(chunk.file);
  for (const imported of chunk.imports ?? []) graph(imported, files);
  return files;
}

const keyOf = (name) => Object.keys(manifest).find((key) => manifest[key].name === name);

function* measure() {
  yield ["JS of the entry", sum(graph(ENTRY)), ENTRY_LIMIT];
  for (const key of Object.keys(manifest)) {
    const [, route, feature, area, name] = PAGE.exec(key) ?? [];
    if (!route) continue;
    const { layout, limit } = AREAS[area];
    const files = graph(key, graph(keyOf(layout), graph(ENTRY)));
    yield [`JS of ${feature}/${name}`, sum(files), STRICTER[route] ?? limit];
  }
  const assets = readdirSync(new URL("assets/", DIST)).map((file) => `assets/${file}`);
  yield ["all CSS", sum(assets.filter((file) => file.endsWith(".css"))), CSS_LIMIT];
  const scripts = assets.filter((file) => file.endsWith(".js"));
  const isEstimator = (file) => file.startsWith(ESTIMATOR);
  yield ["password estimator", sum(scripts.filter(isEstimator)), ESTIMATOR_LIMIT];
  yield ["all other JS", sum(scripts.filter((file) => !isEstimator(file))), ALL_JS_LIMIT];
}

const sum = (files) => [...files].reduce((total, file) => total + size(file), 0);

for (const [name, actual, limit] of measure()) {
  const isOver = actual > limit;
  if (isOver) process.exitCode = 1;
  console.log(
    `${isOver ? "OVER" : "ok  "}  ${name.padEnd(28)} ${actual.toFixed(1).padStart(6)} kB of ${limit}`,
  );
}
