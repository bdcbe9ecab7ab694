import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeEventSource } from "@/test/event-source";
import { startLive } from "./live";

/** Web Locks of one browser, as far as they are used: one holder, the others wait in line. */
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

/** A tab that shows a list of notes and a list of users, and counts how often each was asked for. */
function openTab() {
  const queryClient = new QueryClient();
  const asked = { notes: 0, users: 0 };
  for (const topic of ["notes", "users"] as const) {
    const queryFn = () => {
      asked[topic] += 1;
      return Promise.resolve(asked[topic]);
    };
    const queryKey = [{ _id: topic, tags: [topic] }];
    const observer = new QueryObserver(queryClient, { queryKey, queryFn, staleTime: 60_000 });
    stops.push(observer.subscribe(() => {}));
  }
  const stop = startLive(queryClient);
  stops.push(stop);
  return { queryClient, asked, stop };
}

const settle = (ms = 600) => vi.advanceTimersByTimeAsync(ms);
const stream = () => FakeEventSource.open.at(-1) as FakeEventSource;

function show(state: DocumentVisibilityState) {
  vi.spyOn(document, "visibilityState", "get").mockReturnValue(state);
  document.dispatchEvent(new Event("visibilitychange"));
}

beforeEach(() => {
  vi.useFakeTimers();
  Object.defineProperty(navigator, "locks", { value: createLocks(), configurable: true });
});

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  vi.useRealTimers();
  Object.defineProperty(navigator, "locks", { value: undefined, configurable: true });
});

describe("news of changes", () => {
  it("asks again for what is made of the rows that changed, and for nothing else", async () => {
    const { asked } = openTab();
    await settle();
    stream().send("change", { topic: "notes" });
    await settle();
    expect(asked).toEqual({ notes: 2, users: 1 });
  });

  it("is one request for a burst", async () => {
    const { asked } = openTab();
    await settle();
    for (let change = 0; change < 50; change += 1) stream().send("change", { topic: "notes" });
    await settle();
    expect(asked.notes).toBe(2);
  });

  it("asks for everything after a gap in the connection, but not when it is first made", async () => {
    const { asked } = openTab();
    await settle();
    stream().send("ready");
    await settle();
    expect(asked).toEqual({ notes: 1, users: 1 });
    stream().send("ready");
    await settle();
    expect(asked).toEqual({ notes: 2, users: 2 });
  });

  it("asks for everything when the server had a gap", async () => {
    const { asked } = openTab();
    await settle();
    stream().send("change", { topic: "*" });
    await settle();
    expect(asked).toEqual({ notes: 2, users: 2 });
  });

  it.each(["not JSON", "{}", "null"])(
    "asks for everything when it makes no sense: %s",
    async (data) => {
      const { asked } = openTab();
      await settle();
      stream().dispatchEvent(new MessageEvent("change", { data }));
      await settle();
      expect(asked).toEqual({ notes: 2, users: 2 });
    },
  );

  it("waits while a change of one's own is under way", async () => {
    const { asked, queryClient } = openTab();
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
    expect(asked.notes).toBe(1);
    finish();
    await settle(1_000);
    expect(asked.notes).toBe(2);
  });
});

describe("the connection", () => {
  it("is one for all tabs, and each of them hears", async () => {
    const [one, two] = [openTab(), openTab()];
    await settle();
    expect(FakeEventSource.open).toHaveLength(1);
    vi.useRealTimers();
    stream().send("change", { topic: "users" });
    await vi.waitFor(() => {
      expect(one.asked.users).toBe(2);
      expect(two.asked.users).toBe(2);
    });
  });

  it("goes to the next tab when the one that has it closes", async () => {
    const one = openTab();
    await settle();
    const first = stream();
    openTab();
    one.stop();
    await settle();
    expect(first.readyState).toBe(FakeEventSource.CLOSED);
    expect(FakeEventSource.open).toHaveLength(1);
  });

  it("ends with the session, here and for good", async () => {
    const { stop } = openTab();
    await settle();
    stop();
    await settle(120_000);
    expect(FakeEventSource.open).toEqual([]);
    expect(FakeEventSource.all).toHaveLength(1);
  });

  it("is closed some time after the last tab is out of sight, and made again", async () => {
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

  it("is tried again when it is refused, less and less often", async () => {
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

  it("that the server ends asks again for everything: the session may be over", async () => {
    const { asked } = openTab();
    await settle();
    const ended = stream();
    ended.send("end");
    await settle();
    expect(ended.readyState).toBe(FakeEventSource.CLOSED);
    expect(asked).toEqual({ notes: 2, users: 2 });
  });

  it("works without locks, on pages of an insecure origin", async () => {
    Object.defineProperty(navigator, "locks", { value: undefined, configurable: true });
    const { asked } = openTab();
    await settle();
    stream().send("change", { topic: "notes" });
    await settle();
    expect(asked.notes).toBe(2);
  });
});
