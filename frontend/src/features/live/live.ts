import { readUserMe } from "@app/sdk";
import type { QueryClient } from "@tanstack/react-query";
import { tabsChannel } from "@/lib/tabs-channel";

/**
 * Events about other users' changes, over one connection per browser.
 *
 * A browser opens six connections to an HTTP/1.1 server for all tabs together. With a stream in each tab, the seventh
 * request would wait forever. So one tab holds a Web Lock and the stream, and forwards the events to the others. When
 * it closes, the next tab gets the lock and opens a stream. Hidden tabs release the lock and need no stream: their data
 * is refetched when they become visible again.
 */

const NAME = "live";
const URL = "/api/v1/events";
/** Everything may have changed, because the connection had a gap, here or in the server. */
const ALL = "*";
const HIDDEN_MS = 30_000;
const RETRY_MS = [2_000, 10_000, 60_000];
/** Merges a burst of changes into one refresh, and spreads the requests of many browsers. */
const pause = () => 200 + Math.random() * 300;

/** Keeps the visible data up to date until the returned function is called. */
export function startLive(queryClient: QueryClient) {
  const end = new AbortController();
  const topics = createRefresher(queryClient, end.signal);
  const tabs = tabsChannel<string>(NAME, topics.add);
  const emit = (topic: string) => {
    topics.add(topic);
    tabs.post(topic);
  };

  const stopWatching = whileVisible((signal) => {
    void queryClient.refetchQueries({ type: "active", stale: true });
    // Only pages on a secure origin have locks.
    if (!navigator.locks) return void listen(emit, signal);
    navigator.locks
      .request(NAME, { signal }, () => listen(emit, signal))
      // Aborted, or refused because the browser blocks storage.
      .catch(() => listen(emit, signal));
  });
  return () => {
    stopWatching();
    end.abort();
    tabs.close();
  };
}

/** Reconnects until `signal` is aborted. */
async function listen(emit: (topic: string) => void, signal: AbortSignal) {
  let isFirst = true;
  let failures = 0;
  const onReady = () => {
    if (!isFirst) emit(ALL);
    isFirst = false;
    failures = 0;
  };
  while (!signal.aborted) {
    await connect(emit, onReady, signal);
    // If the server restarts, browsers must not reconnect all at the same moment.
    await sleep((RETRY_MS[failures] ?? 0) * (0.5 + Math.random() / 2), signal);
    failures = Math.min(failures + 1, RETRY_MS.length - 1);
  }
}

/** One connection, until it ends. The browser reconnects a broken stream itself, but not a refused or ended one. */
function connect(emit: (topic: string) => void, onReady: () => void, signal: AbortSignal) {
  const source = new EventSource(URL);
  return new Promise<void>((resolve) => {
    const close = () => {
      source.close();
      resolve();
    };
    source.addEventListener("ready", onReady);
    source.addEventListener("change", ({ data }: MessageEvent<string>) => emit(topicOf(data)));
    source.addEventListener("end", () => {
      // The session is over. The next request gets a 401.
      emit(ALL);
      close();
    });
    source.addEventListener("error", () => {
      if (source.readyState !== EventSource.CLOSED) return;
      // Refused, perhaps because the access token has expired. A request through the SDK refreshes it.
      readUserMe({ signal }).then(close, close);
    });
    signal.addEventListener("abort", close);
  });
}

function topicOf(data: string): string {
  try {
    return String((JSON.parse(data) as { topic?: unknown }).topic ?? ALL);
  } catch {
    return ALL;
  }
}

/** Collects topics briefly, then refetches the data that depends on them. */
function createRefresher(queryClient: QueryClient, signal: AbortSignal) {
  const topics = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const refresh = () => {
    timer = undefined;
    // A response now could be older than the optimistic data. The mutation refetches when it is done.
    if (queryClient.isMutating() > 0) return schedule();
    const keys = topics.has(ALL) ? [undefined] : [...topics].map((topic) => [{ tags: [topic] }]);
    topics.clear();
    for (const queryKey of keys) void queryClient.invalidateQueries({ queryKey });
  };
  const schedule = () => {
    if (!signal.aborted) timer ??= setTimeout(refresh, pause());
  };
  signal.addEventListener("abort", () => clearTimeout(timer));
  return {
    add(topic: string) {
      topics.add(topic);
      schedule();
    },
  };
}

/** Calls `start` when the page becomes visible. Aborts its signal some time after the page was hidden. */
function whileVisible(start: (signal: AbortSignal) => void) {
  let running: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = () => {
    running?.abort();
    running = undefined;
  };
  const follow = () => {
    clearTimeout(timer);
    if (document.visibilityState === "hidden") {
      timer = setTimeout(stop, HIDDEN_MS);
    } else if (!running) {
      running = new AbortController();
      start(running.signal);
    }
  };
  follow();
  document.addEventListener("visibilitychange", follow);
  return () => {
    document.removeEventListener("visibilitychange", follow);
    clearTimeout(timer);
    stop();
  };
}

function sleep(ms: number, signal: AbortSignal) {
  return new Promise<void>((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
