import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from "vitest";
import { FakeEventSource } from "@/test/event-source";
import { startLive } from "./live";

/** The Web Locks of one browser, as far as the tests need them: one holder, the others wait in line. */
function createLocks() {
  const line: (() => void)[] = [];
  let isHeld = false;
  return {
    async request(_name: string, { signal }: { signal: AbortSignal }, hold: () => Promise<void>) {
      if (isHeld) {
        await new Promise<void>((resolve, reject) => {
          line.push(resolve);
          signal.addEventListener("abort", () => reject(signal.reason));
        });
      }
      isHeld = true;
      await hold();
      isHeld = false;
      line.shift()?.();
    },
  };
}

const stops: (() => void)[] = [];

/** A tab that shows a list of notes and a list of users and counts the requests for each. */
function openTab() {
  const queryClient = new QueryClient();
  const fetches = { notes: 0, users: 0 };
  for (const topic of ["notes", "users"] as const) {
    const queryFn = () => {
      fetches[topic] += 1;
      return Promise.resolve(fetches[topic]);
    };
    const queryKey = [{ _id: topic, tags: [topic] }];
    const observer = new QueryObserver(queryClient, { queryKey, queryFn, staleTime: 60_000 });
    stops.push(observer.subscribe(() => {}));
  }
  const stop = startLive(queryClient);
  stops.push(stop);
  return { queryClient, fetches, stop };
}

const settle = (ms = 600) => vi.advanceTimersByTimeAsync(ms);
const stream = () => FakeEventSource.open.at(-1) as FakeEventSource;

function show(state: DocumentVisibilityState) {
  vi.spyOn(document, "visibilityState", "get").mockReturnValue(state);
  document.dispatchEvent(new Event("visibilitychange"));
}

let requests: MockInstance<typeof fetch>;

beforeEach(() => {
  vi.useFakeTimers();
  requests = vi.spyOn(globalThis, "fetch").mockImplementation(async () => Response.json({}));
  Object.defineProperty(navigator, "locks", { value: createLocks(), configurable: true });
});

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  vi.useRealTimers();
  Object.defineProperty(navigator, "locks", { value: undefined, configurable: true });
});

describe("change events", () => {
  it("refetch only data of the changed rows", async () => {
    const { fetches } = openTab();
    await settle();
    stream().send("change", { topic: "notes" });
    await settle();
    expect(fetches).toEqual({ notes: 2, users: 1 });
  });

  it("cause one request for a burst", async () => {
    const { fetches } = openTab();
    await settle();
    for (let change = 0; change < 50; change += 1) stream().send("change", { topic: "notes" });
    await settle();
    expect(fetches.notes).toBe(2);
  });

  it("refetch everything after a reconnect", async () => {
    const { fetches } = openTab();
    await settle();
    stream().send("ready");
    await settle();
    expect(fetches).toEqual({ notes: 1, users: 1 });
    stream().send("ready");
    await settle();
    expect(fetches).toEqual({ notes: 2, users: 2 });
  });

  it("refetch everything after a gap in the server", async () => {
    const { fetches } = openTab();
    await settle();
    stream().send("change", { topic: "*" });
    await settle();
    expect(fetches).toEqual({ notes: 2, users: 2 });
  });

  it.each(["not JSON", "{}", "null"])(
    "refetch everything when they are invalid: %s",
    async (data) => {
      const { fetches } = openTab();
      await settle();
      stream().dispatchEvent(new MessageEvent("change", { data }));
      await settle();
      expect(fetches).toEqual({ notes: 2, users: 2 });
    },
  );

  it("wait for the user's own running change", async () => {
    const { fetches, queryClient } = openTab();
    await settle();
    let finish = () => {};
    const sent = new Promise<void>((resolve) => {
      finish = resolve;
    });
    void queryClient
      .getMutationCache()
      .build(queryClient, { mutationFn: () => sent })
      .execute({});
    stream().send("change", { topic: "notes" });
    await settle(3_000);
    expect(fetches.notes).toBe(1);
    finish();
    await settle(1_000);
    expect(fetches.notes).toBe(2);
  });
});

describe("the connection", () => {
  it("is shared by all tabs", async () => {
    const [one, two] = [openTab(), openTab()];
    await settle();
    expect(FakeEventSource.open).toHaveLength(1);
    vi.useRealTimers();
    stream().send("change", { topic: "users" });
    await vi.waitFor(() => {
      expect(one.fetches.users).toBe(2);
      expect(two.fetches.users).toBe(2);
    });
  });

  it("moves to the next tab when one closes", async () => {
    const one = openTab();
    await settle();
    const first = stream();
    openTab();
    one.stop();
    await settle();
    expect(first.readyState).toBe(FakeEventSource.CLOSED);
    expect(FakeEventSource.open).toHaveLength(1);
  });

  it("ends with the session", async () => {
    const { stop } = openTab();
    await settle();
    stop();
    await settle(120_000);
    expect(FakeEventSource.open).toEqual([]);
    expect(FakeEventSource.all).toHaveLength(1);
  });

  it("closes when all tabs are hidden", async () => {
    openTab();
    await settle();
    show("hidden");
    await settle(10_000);
    expect(FakeEventSource.open).toHaveLength(1);
    await settle(30_000);
    expect(FakeEventSource.open).toEqual([]);
    show("visible");
    await settle();
    expect(FakeEventSource.open).toHaveLength(1);
  });

  it("is retried with growing delays when refused", async () => {
    openTab();
    await settle();
    for (let failures = 0; failures < 5; failures += 1) {
      stream()?.refuse();
      await settle(20_000);
    }
    const tries = FakeEventSource.all.length;
    expect(tries).toBeGreaterThan(2);
    expect(tries).toBeLessThan(5);
    await settle(60_000);
    expect(FakeEventSource.open).toHaveLength(1);
  });

  it("refreshes the session when refused", async () => {
    openTab();
    await settle();
    stream().refuse();
    await settle(5_000);
    const sent = requests.mock.calls.map(([request]) => (request as Request).url);
    expect(sent).toEqual([expect.stringMatching(/\/api\/v1\/users\/me$/)]);
    expect(FakeEventSource.open).toHaveLength(1);
  });

  it("refetches everything when the server ends it", async () => {
    const { fetches } = openTab();
    await settle();
    const ended = stream();
    ended.send("end");
    await settle();
    expect(ended.readyState).toBe(FakeEventSource.CLOSED);
    expect(fetches).toEqual({ notes: 2, users: 2 });
  });

  it("works without locks on an insecure origin", async () => {
    Object.defineProperty(navigator, "locks", { value: undefined, configurable: true });
    const { fetches } = openTab();
    await settle();
    stream().send("change", { topic: "notes" });
    await settle();
    expect(fetches.notes).toBe(2);
  });
});
