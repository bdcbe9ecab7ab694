import { describe, expect, it } from "vitest";
import { ApiError, createAppClient, readItems, readUserMe } from "../src/index.js";

const PROBLEM = {
  type: "about:blank",
  title: "Unprocessable Content",
  status: 422,
  detail: "The request is not valid",
  code: "VAL_001",
  errors: [
    { code: "missing", message: "Field required", field: "title" },
    { code: "other", message: "A second message", field: "title" },
    { code: "body", message: "Of no field", field: "" },
  ],
  request_id: "req-1",
};

type Answer = (request: Request) => Response | Promise<Response>;

function clientWith(answer: Answer, options: { token?: string } = {}) {
  return createAppClient({
    baseUrl: "https://api.example",
    fetch: async (input, init) => answer(new Request(input, init)),
    ...options,
  });
}

async function errorOf(answer: Answer, signal?: AbortSignal): Promise<unknown> {
  return readItems({ client: clientWith(answer), signal }).then(
    () => undefined,
    (error: unknown) => error,
  );
}

const json = (body: unknown, status: number, headers = {}) =>
  new Response(JSON.stringify(body), { status, headers });

describe("an error of the API", () => {
  it("carries status, code, message, request id and the refused fields", async () => {
    const error = await errorOf(() => json(PROBLEM, 422));
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      name: "ApiError",
      message: "The request is not valid",
      status: 422,
      code: "VAL_001",
      requestId: "req-1",
      problem: PROBLEM,
    });
    expect((error as ApiError).fieldErrors()).toEqual({ title: "Field required" });
  });

  it.each([
    ["a page of a proxy", () => new Response("<h1>Bad Gateway</h1>", { status: 502 }), 502],
    ["nothing", () => new Response(null, { status: 504 }), 504],
    ["JSON of another kind", () => json({ detail: "?" }, 500), 500],
    [
      "a success that is no JSON",
      () => new Response("{", { headers: { "Content-Type": "application/json" } }),
      200,
    ],
  ])("is an ApiError when the answer is %s", async (_name, answer, status) => {
    const error = await errorOf(answer);
    expect(error).toMatchObject({ name: "ApiError", status, code: "invalid_response" });
    expect((error as ApiError).fieldErrors()).toEqual({});
  });

  it("takes the request id from the header when there is no problem document", async () => {
    const error = await errorOf(() => json("?", 500, { "X-Correlation-ID": "req-2" }));
    expect(error).toMatchObject({ requestId: "req-2" });
  });
});

describe("a request without an answer", () => {
  it("is a network error with status 0", async () => {
    const error = await errorOf(() => Promise.reject(new TypeError("fetch failed")));
    expect(error).toMatchObject({ status: 0, code: "network_error" });
  });

  it("is a timeout when it took too long", async () => {
    const error = await errorOf(() => Promise.reject(new DOMException("late", "TimeoutError")));
    expect(error).toMatchObject({ status: 0, code: "timeout" });
  });

  it("is the caller's own AbortError when the caller gave up", async () => {
    const error = await errorOf(
      () => Promise.reject(new DOMException("stop", "AbortError")),
      AbortSignal.abort(),
    );
    expect(error).toMatchObject({ name: "AbortError" });
    expect(error).not.toBeInstanceOf(ApiError);
  });
});

describe("a client of its own", () => {
  it("sends its token and asks its own server", async () => {
    const requests: Request[] = [];
    const client = clientWith(
      (request) => {
        requests.push(request);
        return json({ id: "1" }, 200);
      },
      { token: "t-1" },
    );
    await readUserMe({ client });
    expect(requests[0]?.url).toBe("https://api.example/api/v1/users/me");
    expect(requests[0]?.headers.get("Authorization")).toBe("Bearer t-1");
  });
});
