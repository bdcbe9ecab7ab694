import { describe, expect, it, vi } from "vitest";
import {
  configureAppClient,
  createAppClient,
  createUser,
  client as defaultClient,
  type RetryOptions,
  readUsers,
  updateUser,
} from "../src/index.js";
import { errorOf, hangUp, json, problem, type Responder, serve } from "./server.js";

const PAGE = json({ data: [], count: 0 });
const BUSY = problem(503, "UNAV_001");

/** Requests a list. Returns the result, the number of requests and the milliseconds that they took. */
async function readPage(
  retry: RetryOptions | false | undefined,
  responders: [Responder, ...Responder[]],
  signal?: AbortSignal,
) {
  const { baseUrl, requests } = await serve(...responders);
  const begun = performance.now();
  const result: unknown = await readUsers({
    client: createAppClient({ baseUrl, retry }),
    signal,
  }).then(
    ({ data }) => data,
    (error: unknown) => error,
  );
  return { result, tries: requests.length, ms: performance.now() - begun };
}

describe("a safe request", () => {
  it.each<[string, Responder]>([
    ["429", problem(429, "BUSY")],
    ["502", problem(502, "?")],
    ["503", BUSY],
    ["504", problem(504, "?")],
    ["a connection that ends", hangUp],
  ])("is retried after %s", async (_name, responder) => {
    const { result, tries } = await readPage({ delayMs: 1 }, [responder, responder, PAGE]);
    expect(result).toEqual({ data: [], count: 0 });
    expect(tries).toBe(3);
  });

  it("closes the response body that it discards", async () => {
    const closed = vi.fn();
    const endless: Responder = (response) => {
      response.on("close", closed);
      response.writeHead(503).write("please wait");
    };
    expect(await readPage({ delayMs: 1 }, [endless, PAGE])).toMatchObject({ tries: 2 });
    await vi.waitUntil(() => closed.mock.calls.length > 0);
  });

  it("is not retried when fetch fails otherwise", async () => {
    const refuse = vi.fn(() => Promise.reject(new Error("Not allowed here")));
    const client = createAppClient({ fetch: refuse, retry: { delayMs: 1 }, baseUrl: "http://x" });
    expect(await errorOf(readUsers({ client }))).toMatchObject({ code: "network_error" });
    expect(refuse).toHaveBeenCalledOnce();
  });

  it.each([400, 401, 404, 409, 422, 500])("is not retried after %i", async (status) => {
    const { result, tries } = await readPage({ delayMs: 1 }, [problem(status, "NOT_001"), PAGE]);
    expect(result).toMatchObject({ status });
    expect(tries).toBe(1);
  });

  it("throws the last error after the last retry", async () => {
    const busy = await readPage({ retries: 2, delayMs: 1 }, [hangUp, hangUp, BUSY, PAGE]);
    expect(busy).toMatchObject({ result: { status: 503, code: "UNAV_001" }, tries: 3 });
    const gone = await readPage({ retries: 2, delayMs: 1 }, [BUSY, BUSY, hangUp, PAGE]);
    expect(gone).toMatchObject({ result: { status: 0, code: "network_error" }, tries: 3 });
  });

  it("is retried unless the client turned it off", async () => {
    expect(await readPage(undefined, [BUSY, PAGE])).toMatchObject({
      tries: 2,
      result: { count: 0 },
    });
    expect(await readPage(false, [BUSY, PAGE])).toMatchObject({
      tries: 1,
      result: { status: 503 },
    });
  });

  it("is not retried by the default client", async () => {
    const { baseUrl, requests } = await serve(BUSY, PAGE);
    configureAppClient(defaultClient, { baseUrl });
    expect(await errorOf(readUsers())).toMatchObject({ status: 503 });
    expect(requests).toHaveLength(1);
  });
});

describe("an unsafe request", () => {
  it("is sent once", async () => {
    const { baseUrl, requests } = await serve(BUSY, json({ id: "1" }));
    const client = createAppClient({ baseUrl, retry: { delayMs: 1 } });
    expect(
      await errorOf(
        createUser({
          client,
          body: { email: "ada@example.com", password: "correct horse battery" },
        }),
      ),
    ).toMatchObject({
      status: 503,
    });
    expect(requests).toHaveLength(1);
  });

  it("is retried with its body when opted in", async () => {
    const { baseUrl, requests } = await serve(BUSY, hangUp, json({ id: "1" }));
    const client = createAppClient({ baseUrl, retry: { delayMs: 1, methods: ["PATCH"] } });
    await updateUser({ client, path: { user_id: "1" }, body: { full_name: "Again" } });
    expect(requests.map(({ body }) => body)).toEqual(Array(3).fill('{"full_name":"Again"}'));
  });
});

describe("the wait before a retry", () => {
  it("doubles, with jitter of up to a half", async () => {
    const waits = vi.spyOn(globalThis, "setTimeout");
    const chance = vi.spyOn(Math, "random").mockReturnValue(0);
    await readPage({ retries: 3, delayMs: 4 }, [BUSY]);
    chance.mockReturnValue(1);
    await readPage({ retries: 3, delayMs: 4 }, [BUSY]);
    // fetch uses the same timer, but never with this delay.
    const ours = waits.mock.calls.map(([, ms = 0]) => ms).filter((ms) => ms > 0 && ms < 100);
    expect(ours).toEqual([4, 8, 16, 2, 4, 8]);
  });

  it("honours Retry-After in seconds", async () => {
    const busy = problem(429, "?", { "Retry-After": "1" });
    const { tries, ms } = await readPage({ delayMs: 1 }, [busy, PAGE]);
    expect(tries).toBe(2);
    expect(ms).toBeGreaterThanOrEqual(1000);
    expect(ms).toBeLessThan(4000);
  });

  it("honours a Retry-After date of the server's clock", async () => {
    const busy = problem(503, "?", {
      Date: "Wed, 21 Oct 2015 07:28:00 GMT",
      "Retry-After": "Wed, 21 Oct 2015 07:28:01 GMT",
    });
    const { tries, ms } = await readPage({ delayMs: 1 }, [busy, PAGE]);
    expect(tries).toBe(2);
    expect(ms).toBeGreaterThanOrEqual(1000);
    expect(ms).toBeLessThan(4000);
  });

  it.each(["soon", "-5", "", "Wed, 21 Oct 2015 07:28:00 GMT"])(
    "ignores an invalid Retry-After: %s",
    async (value) => {
      const busy = problem(503, "?", { "Retry-After": value });
      const { tries, ms } = await readPage({ delayMs: 100 }, [busy, PAGE]);
      expect(tries).toBe(2);
      expect(ms).toBeGreaterThanOrEqual(49);
      expect(ms).toBeLessThan(4000);
    },
  );

  it("is skipped when Retry-After is too long", async () => {
    const busy = problem(503, "UNAV_001", { "Retry-After": "31" });
    const { result, tries, ms } = await readPage({}, [busy, PAGE]);
    expect(result).toMatchObject({ status: 503, code: "UNAV_001" });
    expect(tries).toBe(1);
    expect(ms).toBeLessThan(4000);
  });

  it("never starts a retry after the total time", async () => {
    const { tries, ms } = await readPage({ retries: 1000, delayMs: 100, totalMs: 1000 }, [BUSY]);
    expect(tries).toBeLessThan(7);
    expect(tries).toBeGreaterThan(1);
    expect(ms).toBeLessThan(4000);
  });
});

describe("an aborted signal", () => {
  const LATER = problem(503, "?", { "Retry-After": "20" });

  it("ends the wait immediately with the caller's reason", async () => {
    const stop = new AbortController();
    const timeouts = vi.spyOn(globalThis, "setTimeout");
    const cleared = vi.spyOn(globalThis, "clearTimeout");
    const { baseUrl, requests } = await serve(LATER, PAGE);
    const asked = errorOf(readUsers({ client: createAppClient({ baseUrl }), signal: stop.signal }));
    const ours = () => timeouts.mock.calls.findIndex(([, ms]) => Number(ms) > 20_000);
    await vi.waitUntil(() => ours() >= 0);
    const begun = performance.now();
    stop.abort();
    expect(await asked).toMatchObject({ name: "AbortError" });
    expect(performance.now() - begun).toBeLessThan(4000);
    expect(cleared).toHaveBeenCalledWith(timeouts.mock.results[ours()]?.value);
    expect(requests).toHaveLength(1);
  });

  it("ends the wait with a timeout error", async () => {
    const { result, tries, ms } = await readPage({}, [LATER, PAGE], AbortSignal.timeout(100));
    expect(result).toMatchObject({ name: "ApiError", code: "timeout" });
    expect(tries).toBe(1);
    expect(ms).toBeLessThan(4000);
  });

  it("is not taken for a broken connection", async () => {
    const stop = new AbortController();
    const reason = new TypeError("The tab was closed");
    const retry = { delayMs: 20_000 };
    const { result, tries } = await readPage(retry, [() => stop.abort(reason), PAGE], stop.signal);
    expect(result).toBe(reason);
    expect(tries).toBe(1);
  });

  it("sends nothing when aborted before", async () => {
    const { result, tries } = await readPage({}, [PAGE], AbortSignal.abort());
    expect(result).toMatchObject({ name: "AbortError" });
    expect(tries).toBe(0);
  });

  it("ends a running request without a retry", async () => {
    const stop = new AbortController();
    const { result, tries } = await readPage(
      { delayMs: 1 },
      [() => stop.abort(), PAGE],
      stop.signal,
    );
    expect(result).toMatchObject({ name: "AbortError" });
    expect(tries).toBe(1);
  });
});
