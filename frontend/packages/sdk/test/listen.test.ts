import { describe, expect, it } from "vitest";
import type { Client } from "../src/gen/client/index.js";
import { createAppClient, listen } from "../src/index.js";
import { errorOf, hangUp, problem, type Responder, serve, silence, text } from "./server.js";

/** An operation as the SDK has it for an endpoint with server-sent events. */
const readNews = ({ client, ...options }: { client: Client; signal?: AbortSignal }) =>
  client.sse.get<{ 200: { topic?: string } }>({
    security: [{ scheme: "bearer", type: "http" }],
    url: "/api/v1/news",
    ...options,
  });

const READY = "event: ready\ndata: {}\n\n";
const CHANGE = 'event: change\ndata: {"topic": "users"}\n\n';

/** Sends these chunks and keeps the stream open. */
function events(...pieces: string[]): Responder {
  return (response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    for (const piece of pieces) response.write(piece);
  };
}

async function heardFrom(responder: Responder, signal?: AbortSignal, count = Infinity) {
  const { baseUrl, requests } = await serve(responder);
  const client = createAppClient({ baseUrl, token: "t-1", retry: false });
  const heard: [string, unknown][] = [];
  const listening = (async () => {
    for await (const { event, data } of listen(readNews, { client, signal })) {
      heard.push([event, data]);
      if (heard.length >= count) break;
    }
  })();
  return { heard, listening, requests };
}

describe("listen", () => {
  it("yields named events until the stream ends", async () => {
    const stream = text(`: hello\n\n${READY}${CHANGE}data: plain\n\n`, 200, {
      "Content-Type": "text/event-stream",
    });
    const { heard, listening, requests } = await heardFrom(stream);
    await listening;
    expect(heard).toEqual([
      ["ready", {}],
      ["change", { topic: "users" }],
      ["message", "plain"],
    ]);
    expect(requests).toMatchObject([
      { url: "/api/v1/news", headers: { authorization: "Bearer t-1" } },
    ]);
  });

  it("closes the connection when the loop is left", async () => {
    let close = () => {};
    const closed = new Promise<void>((resolve) => {
      close = resolve;
    });
    const { heard, listening } = await heardFrom(
      (response, request) => {
        response.on("close", close);
        events(READY, CHANGE)(response, request);
      },
      undefined,
      1,
    );
    await listening;
    await closed;
    expect(heard).toEqual([["ready", {}]]);
  });

  it("throws the API's refusal without reconnecting", async () => {
    const { listening, requests } = await heardFrom(problem(401, "AUTH_001"));
    const error = await errorOf(listening);
    expect(error).toMatchObject({ name: "ApiError", status: 401, code: "AUTH_001" });
    expect(requests).toHaveLength(1);
  });

  it.each<[string, Responder, object]>([
    ["nothing responds", hangUp, { status: 0, code: "network_error" }],
    ["a proxy responds", text("<h1>Bad Gateway</h1>", 502), { status: 502 }],
  ])("throws an ApiError when %s", async (_name, responder, expected) => {
    const { listening } = await heardFrom(responder);
    expect(await errorOf(listening)).toMatchObject({ name: "ApiError", ...expected });
  });

  it("throws an ApiError when the connection is lost", async () => {
    const { heard, listening } = await heardFrom((response, request) => {
      events(READY)(response, request);
      response.write(CHANGE, () => response.destroy());
    });
    expect(await errorOf(listening)).toMatchObject({ code: "network_error" });
    expect(heard).toHaveLength(2);
  });

  it.each([
    ["before the response", silence],
    ["between events", events(READY)],
  ])("ends by the caller's signal %s", async (_name, responder) => {
    const stop = new AbortController();
    const { listening } = await heardFrom((response, request) => {
      responder(response, request);
      setTimeout(() => stop.abort(), 20);
    }, stop.signal);
    expect(await errorOf(listening)).toMatchObject({ name: "AbortError" });
  });
});
