import { readFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";
import { Api } from "./api";

const FRONTEND = new URL("../../", import.meta.url);
const DIST = new URL("dist/", FRONTEND);
const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
  ".txt": "text/plain",
};

/** The headers that the dashboard has in production, its content security policy among them. */
const HEADERS = Object.fromEntries(
  [
    ...readFileSync(new URL("nginx.conf", FRONTEND), "utf8").matchAll(
      /add_header (\S+) "(.+)" always;/g,
    ),
  ].map(([, name, value]) => [name, value]),
);

/** The built dashboard and a stubbed API on one origin, in the process of the tests: a test changes it by a call. */
export class Stub {
  api = new Api();
  /** How often a page was loaded anew. */
  pageLoads = 0;
  private readonly taken = new Set<string>();
  private replaced: "never" | "until the next load" | "for good" = "never";
  private busy = 0;
  private readonly server: Server;

  private constructor() {
    this.server = createServer(async (request, response) => {
      this.busy += 1;
      // A stream that stays open is at rest once it began.
      const done = once(() => {
        this.busy -= 1;
      });
      response.on("finish", done).on("close", done);
      const url = new URL(request.url ?? "/", "http://stub");
      if (!url.pathname.startsWith("/api/")) return this.serveFile(url.pathname, response);
      await this.api.answer(request, response, url);
      done();
    });
  }

  static async start() {
    const stub = new Stub();
    await new Promise<void>((resolve) => stub.server.listen(0, "localhost", resolve));
    return stub;
  }

  get url() {
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  /** Whether everything that was asked for has been answered. */
  get isAtRest() {
    return this.busy === 0;
  }

  reset() {
    this.api = new Api();
    this.pageLoads = 0;
    this.taken.clear();
    this.replaced = "never";
  }

  /** A new version replaces every file that no page has asked for yet; `broken` ones are missing from it, too. */
  deploy({ broken = false } = {}) {
    this.replaced = broken ? "for good" : "until the next load";
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }

  private serveFile(path: string, response: ServerResponse) {
    const isPage = extname(path) === "";
    if (isPage) this.loadPage();
    const isGone =
      path.startsWith("/assets/") && this.replaced !== "never" && !this.taken.has(path);
    const file = readBuilt(isPage ? "/index.html" : path);
    if (!file || isGone) return response.writeHead(404).end();
    this.taken.add(path);
    const type = TYPES[isPage ? ".html" : extname(path)] ?? "application/octet-stream";
    const cache = path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache";
    response.writeHead(200, { ...HEADERS, "Content-Type": type, "Cache-Control": cache });
    response.end(file);
  }

  private loadPage() {
    this.pageLoads += 1;
    if (this.replaced === "until the next load") this.replaced = "never";
  }
}

const built = new Map<string, Buffer | undefined>();

function readBuilt(path: string) {
  if (!built.has(path)) built.set(path, readIfThere(new URL(`.${path}`, DIST)));
  return built.get(path);
}

function readIfThere(file: URL) {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

function once(work: () => void) {
  let isDone = false;
  return () => {
    if (!isDone) work();
    isDone = true;
  };
}
