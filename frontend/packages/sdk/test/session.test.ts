import { describe, expect, it, onTestFinished, vi } from "vitest";
import {
  bearerSession,
  cookieSession,
  createAppClient,
  createUser,
  logIn,
  readUserMe,
  type SessionTokens,
  type TokenPair,
} from "../src/index.js";
import { errorOf, json, problem, type Received, type Responder, serve } from "./server.js";

const REFRESH = "/api/v1/login/refresh";
const tokens: SessionTokens = { access_token: "t-1", refresh_token: "r-1" };
const body = { email: "ada@example.com", password: "correct horse battery" };
const next = (n: number) => ({
  access_token: `t-${n}`,
  refresh_token: `r-${n}`,
  token_type: "bearer",
  expires_in: 900,
});

/** An API whose first access token has expired. `refresh` responds to the refresh requests. */
async function api({ refresh = json(next(2)) }: { refresh?: Responder } = {}) {
  const refreshes: Received[] = [];
  const { baseUrl, requests } = await serve((response, request) => {
    if (request.url === REFRESH) {
      refreshes.push(request);
      return setTimeout(() => refresh(response, request), 20);
    }
    const isNew = refreshes.length > 0 && request.headers.authorization !== "Bearer t-1";
    const respond = isNew ? json({ id: "1" }) : problem(401, "AUTH_001");
    return respond(response, request);
  });
  return { baseUrl, requests, refreshes };
}

describe("a bearer session", () => {
  it("refreshes once for all calls and repeats them", async () => {
    const { baseUrl, requests, refreshes } = await api();
    const stored: TokenPair[] = [];
    const session = bearerSession({ tokens, onRefresh: (pair) => void stored.push(pair) });
    const client = createAppClient({ baseUrl, session });
    const calls = [readUserMe({ client }), readUserMe({ client }), createUser({ client, body })];
    for (const { data } of await Promise.all(calls)) expect(data).toEqual({ id: "1" });
    expect(refreshes.map((each) => each.body)).toEqual(['{"refresh_token":"r-1"}']);
    expect(stored).toEqual([next(2)]);
    const sent = requests.filter(({ url, method }) => url !== REFRESH && method === "POST");
    expect(sent.map((each) => each.headers.authorization)).toEqual(["Bearer t-1", "Bearer t-2"]);
    expect(new Set(sent.map((each) => each.body))).toEqual(new Set([JSON.stringify(body)]));
  });

  it("needs no refresh for a late refusal", async () => {
    const { baseUrl, refreshes } = await api();
    const session = bearerSession({ tokens });
    const client = createAppClient({ baseUrl, session });
    const before = Date.now() - 1;
    await readUserMe({ client });
    expect(await session.renew(new Request(`${baseUrl}/api/v1/users/me`), before, fetch)).toBe(
      true,
    );
    expect(refreshes).toHaveLength(1);
  });

  it("gives the refusal when the session is over", async () => {
    const { baseUrl, refreshes } = await api({ refresh: problem(401, "AUTH_001") });
    const client = createAppClient({ baseUrl, session: bearerSession({ tokens }) });
    const errors = await Promise.all([1, 2, 3].map(() => errorOf(readUserMe({ client }))));
    for (const error of errors) expect(error).toMatchObject({ status: 401, code: "AUTH_001" });
    expect(refreshes).toHaveLength(1);
  });

  it("does not take a busy API for the end", async () => {
    const { baseUrl } = await api({ refresh: problem(503, "UNAV_001") });
    const client = createAppClient({ baseUrl, session: bearerSession({ tokens }), retry: false });
    const errors = await Promise.all([1, 2].map(() => errorOf(readUserMe({ client }))));
    for (const error of errors) expect(error).toMatchObject({ status: 503, code: "UNAV_001" });
  });

  it("throws when the refresh cannot be sent", async () => {
    const { baseUrl } = await api({ refresh: (response) => response.destroy() });
    const client = createAppClient({ baseUrl, session: bearerSession({ tokens }), retry: false });
    expect(await errorOf(readUserMe({ client }))).toMatchObject({ code: "network_error" });
  });

  it("leaves the caller's own header alone", async () => {
    const { baseUrl, requests, refreshes } = await api();
    const client = createAppClient({ baseUrl, session: bearerSession({ tokens }) });
    const headers = { Authorization: "Bearer own" };
    const refused = await serve(problem(401, "AUTH_001"));
    expect(await errorOf(readUserMe({ client, headers, baseUrl: refused.baseUrl }))).toMatchObject({
      status: 401,
    });
    expect(refused.requests).toMatchObject([{ headers: { authorization: "Bearer own" } }]);
    expect([requests, refreshes]).toEqual([[], []]);
  });

  it("authorizes a call with a fetch of its own", async () => {
    const { baseUrl, requests } = await serve(json({ id: "1" }));
    const client = createAppClient({ baseUrl, session: bearerSession({ tokens }) });
    await readUserMe({ client, fetch: globalThis.fetch });
    expect(requests[0]?.headers.authorization).toBe("Bearer t-1");
  });

  it("is what logIn returns", async () => {
    const { baseUrl, requests } = await serve(
      json(next(1)),
      problem(401, "AUTH_001"),
      json(next(2)),
      json({ id: "1" }),
    );
    const onRefresh = vi.fn();
    const client = await logIn({ baseUrl, ...body, onRefresh });
    expect((await readUserMe({ client })).data).toEqual({ id: "1" });
    expect(requests[3]?.headers.authorization).toBe("Bearer t-2");
    expect(onRefresh).toHaveBeenCalledExactlyOnceWith(next(2));
  });

  it("survives the abort of a call", async () => {
    const stop = new AbortController();
    const { baseUrl, refreshes } = await api({
      refresh: (response, request) => {
        stop.abort();
        json(next(2))(response, request);
      },
    });
    const client = createAppClient({ baseUrl, session: bearerSession({ tokens }) });
    const aborted = errorOf(readUserMe({ client, signal: stop.signal }));
    expect((await readUserMe({ client })).data).toEqual({ id: "1" });
    expect(await aborted).toMatchObject({ name: "AbortError" });
    expect(refreshes).toHaveLength(1);
  });
});

describe("a fixed token", () => {
  it("is not refreshed, and yields to the caller's header", async () => {
    const { baseUrl, requests } = await serve(problem(401, "AUTH_001"));
    const client = createAppClient({ baseUrl, token: "gw_1" });
    const headers = { Authorization: "Bearer own" };
    await errorOf(readUserMe({ client }));
    await errorOf(readUserMe({ client, headers }));
    const sent = requests.map((each) => each.headers.authorization);
    expect(sent).toEqual(["Bearer gw_1", "Bearer own"]);
  });
});

describe("a cookie session", () => {
  /** Two tabs: clients that share the storage and the locks of one browser. */
  function tabs(baseUrl: string, stored: Record<string, string> = {}) {
    vi.stubGlobal("localStorage", {
      getItem: (name: string) => stored[name] ?? null,
      setItem: (name: string, value: string) => {
        stored[name] = value;
      },
    });
    onTestFinished(() => void vi.unstubAllGlobals());
    return [1, 2].map(() => createAppClient({ baseUrl, session: cookieSession() }));
  }

  it("sends no token and no body", async () => {
    const { baseUrl, refreshes } = await api({
      refresh: (response) => response.writeHead(204).end(),
    });
    const [client] = tabs(baseUrl);
    expect((await readUserMe({ client })).data).toEqual({ id: "1" });
    expect(refreshes).toMatchObject([{ method: "POST", body: "" }]);
    expect(refreshes[0]?.headers.authorization).toBeUndefined();
  });

  it("refreshes once for all tabs", async () => {
    const locks = inTurn();
    vi.stubGlobal("navigator", { locks });
    const { baseUrl, refreshes } = await api({
      refresh: (response) => response.writeHead(204).end(),
    });
    const results = await Promise.all(tabs(baseUrl).map((client) => readUserMe({ client })));
    expect(results.map(({ data }) => data)).toEqual([{ id: "1" }, { id: "1" }]);
    expect(refreshes).toHaveLength(1);
    expect(locks.names).toEqual(["session-refresh", "session-refresh"]);
  });

  it("works where locks and storage are blocked", async () => {
    const blocked = () => Promise.reject(new DOMException("", "SecurityError"));
    vi.stubGlobal("navigator", { locks: { request: blocked } });
    vi.stubGlobal("localStorage", undefined);
    onTestFinished(() => void vi.unstubAllGlobals());
    const { baseUrl } = await api({ refresh: (response) => response.writeHead(204).end() });
    const client = createAppClient({ baseUrl, session: cookieSession() });
    expect((await readUserMe({ client })).data).toEqual({ id: "1" });
  });

  it("ignores a renewal in the future", async () => {
    const { baseUrl, refreshes } = await api({
      refresh: (response) => response.writeHead(204).end(),
    });
    const future = String(Date.now() + 3_600_000);
    const [client] = tabs(baseUrl, { "session-refreshed-at": future });
    await readUserMe({ client });
    expect(refreshes).toHaveLength(1);
  });
});

/** The Web Locks of a browser, as far as they are used here. */
function inTurn() {
  let last: Promise<unknown> = Promise.resolve();
  const names: string[] = [];
  return {
    names,
    request(name: string, task: () => Promise<unknown>) {
      names.push(name);
      last = last.then(task, task);
      return last;
    },
  };
}
