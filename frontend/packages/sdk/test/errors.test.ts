import { describe, expect, it } from "vitest";
import {
  ApiError,
  createAppClient,
  deleteUser,
  isApiError,
  readUserById,
  readUsers,
  recoverPasswordHtmlContent,
} from "../src/index.js";
import { errorOf, hangUp, json, problem, type Responder, serve, silence, text } from "./server.js";

const PROBLEM = {
  type: "about:blank",
  title: "Unprocessable Content",
  status: 422,
  detail: "The request is not valid",
  code: "VAL_001",
  errors: [
    { code: "missing", message: "Field required", field: "full_name" },
    { code: "other", message: "A second message", field: "full_name" },
    { code: "body", message: "Of no field", field: "" },
  ],
  request_id: "req-1",
};

async function clientOf(responder: Responder) {
  const { baseUrl } = await serve(responder);
  return createAppClient({ baseUrl, retry: false });
}

async function errorAfter(responder: Responder, signal?: AbortSignal) {
  return errorOf(readUsers({ client: await clientOf(responder), signal }));
}

describe("an error of the API", () => {
  it("carries status, code, message, request id and fields", async () => {
    const error = await errorAfter(json(PROBLEM, 422));
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      name: "ApiError",
      message: "The request is not valid",
      status: 422,
      code: "VAL_001",
      requestId: "req-1",
      problem: PROBLEM,
    });
    expect((error as ApiError).fieldErrors()).toEqual({ full_name: "Field required" });
  });

  it("is the only error that isApiError accepts", async () => {
    const error = await errorAfter(problem(404, "NOT_001"));
    expect([isApiError(error), isApiError(error, readUserById)]).toEqual([true, true]);
    expect([isApiError(new Error("NOT_001")), isApiError(undefined, readUserById)]).toEqual([
      false,
      false,
    ]);
  });

  it("is returned instead of thrown on request", async () => {
    const client = await clientOf(problem(404, "NOT_001"));
    const path = { user_id: "1" };
    const { data, error } = await readUserById({ client, path, throwOnError: false });
    expect(data).toBeUndefined();
    expect(error).toMatchObject({ name: "ApiError", code: "NOT_001" });
  });

  it("falls back to the request id header", async () => {
    const headers = { "X-Correlation-ID": "req-2" };
    const error = await errorAfter(json("?", 500, headers));
    expect(error).toMatchObject({ requestId: "req-2", code: "invalid_response" });
    const anonymous = await errorAfter(json({ ...PROBLEM, request_id: "" }, 422, headers));
    expect(anonymous).toMatchObject({ requestId: "req-2", code: "VAL_001" });
  });
});

describe("a response that is not the API's", () => {
  const PAGE = text("<h1>Sign in to this network</h1>", 200, { "Content-Type": "text/html" });
  const chunked: Responder = (response) => {
    response.writeHead(200, { "Content-Type": "application/json" });
    response.flushHeaders();
    response.end();
  };

  it.each<[string, Responder, number]>([
    ["the error page of a proxy", text("<h1>Bad Gateway</h1>", 502), 502],
    ["an error with an empty body", text("", 504), 504],
    ["an error in JSON of another kind", json({ detail: "?" }, 500), 500],
    ["a page where JSON is due", PAGE, 200],
    ["JSON that ends too early", json({}, 200, { "Content-Length": "1" }), 200],
    ["an empty response", text("", 200, { "Content-Type": "application/json" }), 200],
    ["an empty response in chunks", chunked, 200],
    ["bytes of no type", text("?", 200), 200],
  ])("is an ApiError: %s", async (_name, responder, status) => {
    const error = await errorAfter(responder);
    expect(error).toMatchObject({ name: "ApiError", status, code: "invalid_response" });
    expect((error as ApiError).fieldErrors()).toEqual({});
  });

  it("is accepted where the operation returns another type", async () => {
    const page = text("<p>Dear user</p>", 200, { "Content-Type": "text/html; charset=utf-8" });
    const client = await clientOf(page);
    const { data } = await recoverPasswordHtmlContent({ client, path: { email: "a@b.com" } });
    expect(data).toBe("<p>Dear user</p>");
  });
});

describe("a response without content", () => {
  it("is accepted when the status allows it", async () => {
    const client = await clientOf((response) => response.writeHead(204).end());
    const { data, response } = await deleteUser({ client, path: { user_id: "1" } });
    expect([response.status, data]).toEqual([204, {}]);
  });
});

describe("a request without a response", () => {
  it("is a network error when nothing listens", async () => {
    const client = createAppClient({ baseUrl: "http://127.0.0.1:1", retry: false });
    const error = await errorOf(readUsers({ client }));
    expect(error).toMatchObject({ name: "ApiError", status: 0, code: "network_error" });
    expect((error as ApiError).cause).toBeInstanceOf(TypeError);
  });

  it("is a network error when the connection ends", async () => {
    expect(await errorAfter(hangUp)).toMatchObject({ status: 0, code: "network_error" });
  });

  it("is a network error on a cut response", async () => {
    const error = await errorAfter((response) => {
      response.writeHead(200, { "Content-Type": "application/json" });
      response.write('{"data":', () => response.destroy());
    });
    expect(error).toMatchObject({ status: 0, code: "network_error" });
  });

  it("is a timeout when the signal times out", async () => {
    const error = await errorAfter(silence, AbortSignal.timeout(50));
    expect(error).toMatchObject({ name: "ApiError", status: 0, code: "timeout" });
  });
});

describe("a request that the caller aborted", () => {
  it("throws the AbortError itself", async () => {
    const stop = new AbortController();
    const error = await errorAfter(() => stop.abort(), stop.signal);
    expect(error).toMatchObject({ name: "AbortError" });
    expect(error).not.toBeInstanceOf(ApiError);
  });

  it("throws the caller's own reason", async () => {
    const stop = new AbortController();
    const reason = new Error("The tab was closed");
    expect(await errorAfter(() => stop.abort(reason), stop.signal)).toBe(reason);
  });
});
