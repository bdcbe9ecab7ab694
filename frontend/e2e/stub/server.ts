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

/** The response headers of production, including the content security policy. */
const HEADERS = Object.fromEntries(
  [
    ...readFileSync(new URL("nginx.conf", FRONTEND), "utf8").matchAll(
      /add_header (\S+) "(.+)" always;/g,
    ),
  ].map(([, name, value]) => [name, value]),
);

/** Serves the built dashboard and a stubbed API on one origin, in the test process, so that tests can change it directly. */
export class Stub {
  api = new Api();
  /** The number of full page loads. */
  pageLoads = 0;
  private readonly served = new Set<string>();
  private replaced: "no" | "until the next load" | "permanently" = "no";
  private pending = 0;
  private readonly server: Server;

  private constructor() {
    this.server = createServer(async (request, response) => {
      this.pending += 1;
      // An open stream does not count as pending once its handler has returned.
      const done = once(() => {
        this.pending -= 1;
      });
      response.on("finish", done).on("close", done);
      const url = new URL(request.url ?? "/", "http://stub");
      if (!url.pathname.startsWith("/api/")) return this.serveFile(url.pathname, response);
      await this.api.handle(request, response, url);
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

  /** Whether no request is pending. */
  get isIdle() {
    return this.pending === 0;
  }

  reset() {
    this.api = new Api();
    this.pageLoads = 0;
    this.served.clear();
    this.replaced = "no";
  }

  /**
   * Simulates a deployment: files that no page has requested yet are missing until the next page load. With `broken`,
   * they stay missing.
   */
  deploy({ broken = false } = {}) {
    this.replaced = broken ? "permanently" : "until the next load";
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }

  private serveFile(path: string, response: ServerResponse) {
    const isPage = extname(path) === "";
    if (isPage) this.loadPage();
    const isMissing =
      path.startsWith("/assets/") && this.replaced !== "no" && !this.served.has(path);
    const file = readBuilt(isPage ? "/index.html" : path);
    if (!file || isMissing) return response.writeHead(404).end();
    this.served.add(path);
    const type = TYPES[isPage ? ".html" : extname(path)] ?? "application/octet-stream";
    const cache = path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache";
    response.writeHead(200, { ...HEADERS, "Content-Type": type, "Cache-Control": cache });
    response.end(file);
  }

  private loadPage() {
    this.pageLoads += 1;
    if (this.replaced === "until the next load") this.replaced = "no";
  }
}

const built = new Map<string, Buffer | undefined>();

function readBuilt(path: string) {
  if (!built.has(path)) built.set(path, readIfExists(new URL(`.${path}`, DIST)));
  return built.get(path);
}

function readIfExists(file: URL) {
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
