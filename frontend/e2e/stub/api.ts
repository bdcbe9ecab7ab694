import type { IncomingMessage, ServerResponse } from "node:http";
import type { UserPublic } from "@app/sdk";
import { type Answer, refuse, type Stream } from "./answer";

const PREFIX = "/api/v1";

export interface Call {
  query: URLSearchParams;
  params: Record<string, string>;
  /** The parsed JSON, or undefined. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever the page sends, and the test knows what that is
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
  /** How often it may still answer. */
  left: number;
}

/** An API with the shapes of the real one and no more sense than a test gives it. New for each test. */
export class Api {
  /** Who is signed in: there is no password and no cookie. */
  user: UserPublic | undefined;
  /** How long every answer takes. */
  delayMs = 0;
  /** "GET /users/?page=2" and so on, oldest first. */
  readonly calls: string[] = [];
  /** Calls that nothing answers: a page asks for something that its test does not know of. */
  readonly unknown: string[] = [];
  /** Open streams of events. */
  readonly listeners = new Set<ServerResponse>();
  private readonly routes: Route[] = [];

  /** What answers "GET /users/:id" from now on, ahead of what did before; `times` limits how often. */
  on(operation: string, handler: Handler | Answer, { times = Number.POSITIVE_INFINITY } = {}) {
    const [method = "", path = ""] = operation.split(" ");
    const pattern = new RegExp(`^${path.replace(/:(\w+)/g, "(?<$1>[^/]+)")}$`);
    const answer = typeof handler === "function" ? handler : () => handler;
    this.routes.unshift({ operation, method, pattern, handler: answer, left: times });
  }

  /** What answers an operation now, to be called by what takes its place. */
  handler(operation: string): Handler {
    const [method = "", path = ""] = operation.split(" ");
    const route = this.route(method, path);
    if (!route) throw new Error(`the stub does not answer ${operation}`);
    return route.handler;
  }

  /** How often an operation was called, whatever its query was. */
  count(operation: string) {
    return this.calls.filter((call) => call.split("?")[0] === operation).length;
  }

  /** Tells the open tabs that rows of a topic have changed. */
  announce(topic: string) {
    for (const listener of this.listeners) {
      listener.write(`event: change\ndata: ${JSON.stringify({ topic })}\n\n`);
    }
  }

  async answer(request: IncomingMessage, response: ServerResponse, url: URL) {
    const path = url.pathname.slice(PREFIX.length);
    const operation = `${request.method} ${path}`;
    const body = parse(await read(request));
    this.calls.push(operation + url.search);
    const route = this.route(request.method ?? "", path);
    if (!route) this.unknown.push(operation);
    if (route) route.left -= 1;
    if (this.delayMs) await new Promise((resolve) => setTimeout(resolve, this.delayMs));
    const params = route?.pattern.exec(path)?.groups ?? {};
    const call = { query: url.searchParams, params, body, headers: request.headers };
    const reply = (await route?.handler(call)) ?? refuse(404, "NOT_001", "Not Found");
    send(response, reply);
  }

  /** "GET /users/" and what else answers a list. */
  lists() {
    const operations = this.routes.map(({ operation }) => operation);
    return operations.filter((operation) => /^GET .*\/$/.test(operation));
  }

  private route(wanted: string, path: string) {
    return this.routes.find(
      ({ method, pattern, left }) => left > 0 && method === wanted && pattern.test(path),
    );
  }
}

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
