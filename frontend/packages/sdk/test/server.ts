import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Received {
  method: string;
  url: string;
  headers: IncomingMessage["headers"];
  body: string;
}

export type Answer = (response: ServerResponse, request: Received) => void;

/** A real server: the first request gets the first answer, and so on; the last answer is given to all that follow. */
export async function serve(...answers: [Answer, ...Answer[]]) {
  const requests: Received[] = [];
  const server = createServer(async (request, response) => {
    const { method = "", url = "", headers } = request;
    const received = { method, url, headers, body: "" };
    const answer = answers[Math.min(requests.push(received), answers.length) - 1];
    for await (const chunk of request) received.body += chunk;
    answer?.(response, received);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { baseUrl: `http://127.0.0.1:${port}`, requests };
}

export function text(body: string, status = 200, headers: Record<string, string> = {}): Answer {
  return (response) => {
    response.writeHead(status, { "Content-Length": Buffer.byteLength(body), ...headers }).end(body);
  };
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Answer {
  return text(JSON.stringify(body), status, { "Content-Type": "application/json", ...headers });
}

/** An error as the API answers it. */
export function problem(status: number, code: string, headers: Record<string, string> = {}) {
  const body = { title: "", status, detail: `Refused by ${code}`, code, request_id: "req-1" };
  return json(body, status, { "Content-Type": "application/problem+json", ...headers });
}

/** Ends the connection without an answer. */
export const hangUp: Answer = (response) => response.destroy();

/** Never answers. */
export const silence: Answer = () => {};

/** What a promise is rejected with. */
export function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`Did not fail, but gave ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
}
