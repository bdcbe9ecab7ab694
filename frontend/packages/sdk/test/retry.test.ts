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
import { type Answer, errorOf, hangUp, json, problem, serve } from "./server.js";

const PAGE = json({ data: [], count: 0 });
const BUSY = problem(503, "UNAV_001");

/** Asks for a list; tells what it got, how many requests that took and how many milliseconds. */
async function ask(
  retry: RetryOptions | false | undefined,
  answers: [Answer, ...Answer[]],
  signal?: AbortSignal,
) {
  const { baseUrl, requests } = await serve(...answers);
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

describe("a request that changes nothing", () => {
  it.each<[string, Answer]>([
    ["429", problem(429, "BUSY")],
    ["502", problem(502, "?")],
    ["503", BUSY],
    ["504", problem(504, "?")],
    ["a connection that ends", hangUp],
  ])("is tried again after %s", async (_name, answer) => {
    const { result, tries } = await ask({ delayMs: 1 }, [answer, answer, PAGE]);
    expect(result).toEqual({ data: [], count: 0 });
    expect(tries).toBe(3);
  });

  it("closes the answer that it does not read", async () => {
    const closed = vi.fn();
    const endless: Answer = (response) => {
      response.on("close", closed);
      response.writeHead(503).write("please wait");
    };
    expect(await ask({ delayMs: 1 }, [endless, PAGE])).toMatchObject({ tries: 2 });
    await vi.waitUntil(() => closed.mock.calls.length > 0);
  });

  it("is not tried again when its own fetch refuses for another reason", async () => {
    const refuse = vi.fn(() => Promise.reject(new Error("Not allowed here")));
    const client = createAppClient({ fetch: refuse, retry: { delayMs: 1 }, baseUrl: "http://x" });
    expect(await errorOf(readUsers({ client }))).toMatchObject({ code: "network_error" });
    expect(refuse).toHaveBeenCalledOnce();
  });

  it.each([400, 401, 404, 409, 422, 500])("is not tried again after %i", async (status) => {
    const { result, tries } = await ask({ delayMs: 1 }, [problem(status, "NOT_001"), PAGE]);
    expect(result).toMatchObject({ status });
    expect(tries).toBe(1);
  });

  it("throws the last error when the tries are used up", async () => {
    const busy = await ask({ retries: 2, delayMs: 1 }, [hangUp, hangUp, BUSY, PAGE]);
    expect(busy).toMatchObject({ result: { status: 503, code: "UNAV_001" }, tries: 3 });
    const gone = await ask({ retries: 2, delayMs: 1 }, [BUSY, BUSY, hangUp, PAGE]);
    expect(gone).toMatchObject({ result: { status: 0, code: "network_error" }, tries: 3 });
  });

  it("is tried again by every client of its own unless that was turned off", async () => {
    expect(await ask(undefined, [BUSY, PAGE])).toMatchObject({ tries: 2, result: { count: 0 } });
    expect(await ask(false, [BUSY, PAGE])).toMatchObject({ tries: 1, result: { status: 503 } });
  });

  it("is not tried again by the default client, whose users have their own way", async () => {
    const { baseUrl, requests } = await serve(BUSY, PAGE);
    configureAppClient(defaultClient, { baseUrl });
    expect(await errorOf(readUsers())).toMatchObject({ status: 503 });
    expect(requests).toHaveLength(1);
  });
});

describe("a request that changes something", () => {
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

  it("is tried again, body included, when its method was opted in", async () => {
    const { baseUrl, requests } = await serve(BUSY, hangUp, json({ id: "1" }));
    const client = createAppClient({ baseUrl, retry: { delayMs: 1, methods: ["PATCH"] } });
    await updateUser({ client, path: { user_id: "1" }, body: { full_name: "Again" } });
    expect(requests.map(({ body }) => body)).toEqual(Array(3).fill('{"full_name":"Again"}'));
  });
});

describe("the wait before a new try", () => {
  it("doubles, and leaves up to a half to chance", async () => {
    const waits = vi.spyOn(globalThis, "setTimeout");
    const chance = vi.spyOn(Math, "random").mockReturnValue(0);
    await ask({ retries: 3, delayMs: 4 }, [BUSY]);
    chance.mockReturnValue(1);
    await ask({ retries: 3, delayMs: 4 }, [BUSY]);
    // fetch waits by the same function, but for no such time.
    const ours = waits.mock.calls.map(([, ms = 0]) => ms).filter((ms) => ms > 0 && ms < 100);
    expect(ours).toEqual([4, 8, 16, 2, 4, 8]);
  });

  it("is as long as Retry-After says in seconds", async () => {
    const busy = problem(429, "?", { "Retry-After": "1" });
    const { tries, ms } = await ask({ delayMs: 1 }, [busy, PAGE]);
    expect(tries).toBe(2);
    expect(ms).toBeGreaterThanOrEqual(1000);
    expect(ms).toBeLessThan(4000);
  });

  it("is as long as Retry-After says by a date of the server's clock", async () => {
    const busy = problem(503, "?", {
      Date: "Wed, 21 Oct 2015 07:28:00 GMT",
      "Retry-After": "Wed, 21 Oct 2015 07:28:01 GMT",
    });
    const { tries, ms } = await ask({ delayMs: 1 }, [busy, PAGE]);
    expect(tries).toBe(2);
    expect(ms).toBeGreaterThanOrEqual(1000);
    expect(ms).toBeLessThan(4000);
  });

  it.each(["soon", "-5", "", "Wed, 21 Oct 2015 07:28:00 GMT"])(
    "takes no notice of Retry-After: %s",
    async (value) => {
      const busy = problem(503, "?", { "Retry-After": value });
      const { tries, ms } = await ask({ delayMs: 100 }, [busy, PAGE]);
      expect(tries).toBe(2);
      expect(ms).toBeGreaterThanOrEqual(49);
      expect(ms).toBeLessThan(4000);
    },
  );

  it("is left out, and the answer given, when it would be too long", async () => {
    const busy = problem(503, "UNAV_001", { "Retry-After": "31" });
    const { result, tries, ms } = await ask({}, [busy, PAGE]);
    expect(result).toMatchObject({ status: 503, code: "UNAV_001" });
    expect(tries).toBe(1);
    expect(ms).toBeLessThan(4000);
  });

  it("never lets a new try begin after the total time", async () => {
    const { tries, ms } = await ask({ retries: 1000, delayMs: 100, totalMs: 1000 }, [BUSY]);
    expect(tries).toBeLessThan(7);
    expect(tries).toBeGreaterThan(1);
    expect(ms).toBeLessThan(4000);
  });
});

describe("an aborted signal", () => {
  const LATER = problem(503, "?", { "Retry-After": "20" });

  it("ends the wait at once, with the caller's reason", async () => {
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

  it("ends the wait as a timeout when it is one", async () => {
    const { result, tries, ms } = await ask({}, [LATER, PAGE], AbortSignal.timeout(100));
    expect(result).toMatchObject({ name: "ApiError", code: "timeout" });
    expect(tries).toBe(1);
    expect(ms).toBeLessThan(4000);
  });

  it("ends at once by a reason that looks like a broken connection", async () => {
    const stop = new AbortController();
    const reason = new TypeError("The tab was closed");
    const retry = { delayMs: 20_000 };
    const { result, tries } = await ask(retry, [() => stop.abort(reason), PAGE], stop.signal);
    expect(result).toBe(reason);
    expect(tries).toBe(1);
  });

  it("sends nothing when it was aborted before", async () => {
    const { result, tries } = await ask({}, [PAGE], AbortSignal.abort());
    expect(result).toMatchObject({ name: "AbortError" });
    expect(tries).toBe(0);
  });

  it("ends a request that is under way, without another try", async () => {
    const stop = new AbortController();
    const { result, tries } = await ask({ delayMs: 1 }, [() => stop.abort(), PAGE], stop.signal);
    expect(result).toMatchObject({ name: "AbortError" });
    expect(tries).toBe(1);
  });
});
