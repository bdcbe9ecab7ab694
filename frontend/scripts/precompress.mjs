/** Writes .br and .gz beside every text file of dist: compressed once at the best level, instead of on each request. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";

const DIST = fileURLToPath(new URL("../dist/", import.meta.url));
const TEXT = /\.(js|css|html|svg|json|txt)$/;
/** Below this size the headers cost more than compression saves. */
const SMALLEST = 1024;

for (const name of readdirSync(DIST, { recursive: true })) {
  if (name.startsWith(".") || !TEXT.test(name)) continue;
  const path = join(DIST, name);
  const content = readFileSync(path);
  if (content.length < SMALLEST) continue;
  writeFileSync(`${path}.br`, brotliCompressSync(content));
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
}
