import type { IncomingMessage, ServerResponse } from "node:http";
import type { UserPublic } from "@app/sdk";
import { type Answer, refuse, type Stream } from "./answer";

const PREFIX = "/api/v1";

export interface Call {
  query: URLSearchParams;
  params: Record<string, string>;
  /** The parsed JSON, or undefined. */
  // biome-ignore lint/suspicious/noExplicitAny: pages send any JSON, and the test knows its shape
  body: any;
  headers: IncomingMessage["headers"];
}

type Reply = Answer | Stream;
export type Handler = (call: Call) => Reply | Promise<Reply>;

interface Route {
  operation: string;
  method: string;
  pattern: RegExp;
  handler: Handler;
  /** How many more calls the route handles. */
  remaining: number;
}

/** An API with the real one's response shapes and only the behaviour that a test gives it. New for each test. */
export class Api {
  /** The logged-in user. The stub has no passwords or cookies. */
  user: UserPublic | undefined;
  /** The delay of every response. */
  delayMs = 0;
  /** All calls, oldest first, such as "GET /users/?page=2". */
  readonly calls: string[] = [];
  /** Calls that no route handles: the page sent a request that its test does not expect. */
  readonly unknown: string[] = [];
  /** Open event streams. */
  readonly listeners = new Set<ServerResponse>();
  private readonly routes: Route[] = [];

  /** Handles an operation such as "GET /users/:id" before earlier handlers do, at most `times` calls. */
  on(operation: string, handler: Handler | Answer, { times = Number.POSITIVE_INFINITY } = {}) {
    const [method = "", path = ""] = operation.split(" ");
    const pattern = patternOf(path);
    const respond = typeof handler === "function" ? handler : () => handler;
    this.routes.unshift({ operation, method, pattern, handler: respond, remaining: times });
  }

  /** The current handler of an operation, for a replacement that wraps it. */
  handler(operation: string): Handler {
    const [method = "", path = ""] = operation.split(" ");
    const route = this.route(method, path);
    if (!route) throw new Error(`the stub does not handle ${operation}`);
    return route.handler;
  }

  /** How often an operation was called, with any parameters. */
  count(operation: string) {
    const pattern = patternOf(operation);
    return this.calls.filter((call) => pattern.test(call.split("?")[0] ?? "")).length;
  }

  /** Notifies the open tabs that rows of a topic have changed. */
  announce(topic: string) {
    for (const listener of this.listeners) {
      listener.write(`event: change\ndata: ${JSON.stringify({ topic })}\n\n`);
    }
  }

  async handle(request: IncomingMessage, response: ServerResponse, url: URL) {
    const path = url.pathname.slice(PREFIX.length);
    const operation = `${request.method} ${path}`;
    const body = parse(await read(request));
    this.calls.push(operation + url.search);
    const route = this.route(request.method ?? "", path);
    if (!route) this.unknown.push(operation);
    if (route) route.remaining -= 1;
    if (this.delayMs) await new Promise((resolve) => setTimeout(resolve, this.delayMs));
    const params = route?.pattern.exec(path)?.groups ?? {};
    const call = { query: url.searchParams, params, body, headers: request.headers };
    const reply = (await route?.handler(call)) ?? refuse(404, "NOT_001", "Not Found");
    send(response, reply);
  }

  /** The operations that return lists, such as "GET /users/". */
  lists() {
    const operations = this.routes.map(({ operation }) => operation);
    return operations.filter((operation) => /^GET .*\/$/.test(operation));
  }

  private route(wanted: string, path: string) {
    return this.routes.find(
      ({ method, pattern, remaining }) => remaining > 0 && method === wanted && pattern.test(path),
    );
  }
}

/** "/users/:id" as a pattern. */
const patternOf = (path: string) => new RegExp(`^${path.replace(/:(\w+)/g, "(?<$1>[^/]+)")}$`);

function send(response: ServerResponse, reply: Reply) {
  if (typeof reply === "function") return reply(response);
  response.writeHead(reply.status, { "Cache-Control": "no-store", ...reply.headers });
  response.end(reply.body);
}

async function read(request: IncomingMessage) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
