import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Received {
  method: string;
  url: string;
  headers: IncomingMessage["headers"];
  body: string;
}

export type Responder = (response: ServerResponse, request: Received) => void;

/** A real server: the first request gets the first response, and so on. The last response is repeated. */
export async function serve(...responders: [Responder, ...Responder[]]) {
  const requests: Received[] = [];
  const server = createServer(async (request, response) => {
    const { method = "", url = "", headers } = request;
    const received = { method, url, headers, body: "" };
    const responder = responders[Math.min(requests.push(received), responders.length) - 1];
    for await (const chunk of request) received.body += chunk;
    responder?.(response, received);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { baseUrl: `http://127.0.0.1:${port}`, requests };
}

export function text(body: string, status = 200, headers: Record<string, string> = {}): Responder {
  return (response) => {
    response.writeHead(status, { "Content-Length": Buffer.byteLength(body), ...headers }).end(body);
  };
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Responder {
  return text(JSON.stringify(body), status, { "Content-Type": "application/json", ...headers });
}

/** An error in the API's format. */
export function problem(status: number, code: string, headers: Record<string, string> = {}) {
  const body = { title: "", status, detail: `Refused by ${code}`, code, request_id: "req-1" };
  return json(body, status, { "Content-Type": "application/problem+json", ...headers });
}

/** Closes the connection without a response. */
export const hangUp: Responder = (response) => response.destroy();

/** Never responds. */
export const silence: Responder = () => {};

/** The value that a promise is rejected with. */
export function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`Did not fail, but gave ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
}
