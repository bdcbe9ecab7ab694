import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

/**
 * News of changes that others make, over one connection per browser.
 *
 * A browser opens six connections to an HTTP/1.1 server, for all tabs together: with a stream in each tab the seventh
 * request would wait forever. So one tab holds a Web Lock and the stream and passes on what it hears; when it closes,
 * the lock and the work go to the next tab. Tabs that nobody looks at give the lock back and need no stream: what they
 * show is checked when they come to the front again.
 */

const NAME = "live";
const URL = "/api/v1/events";
/** Everything may have changed: the connection, here or in the server, had a gap. */
const ALL = "*";
const HIDDEN_MS = 30_000;
const RETRY_MS = [2_000, 10_000, 60_000];
/** A burst of changes is one refresh, and a thousand browsers do not ask in the same moment. */
const pause = () => 200 + Math.random() * 300;

/** For the layout of the signed-in pages: the connection lasts as long as the session. */
export function useLive() {
  const queryClient = useQueryClient();
  useEffect(() => startLive(queryClient), [queryClient]);
}

/** Keeps what is on screen up to date until the returned function is called. */
export function startLive(queryClient: QueryClient) {
  const end = new AbortController();
  const topics = createRefresher(queryClient, end.signal);
  const tabs = new BroadcastChannel(NAME);
  tabs.onmessage = ({ data }: MessageEvent<string>) => topics.add(data);
  const hear = (topic: string) => {
    topics.add(topic);
    tabs.postMessage(topic);
  };

  const stopWatching = whileVisible((signal) => {
    void queryClient.refetchQueries({ type: "active", stale: true });
    // Only pages of a secure origin have locks.
    if (!navigator.locks) return void listen(hear, signal);
    navigator.locks.request(NAME, { signal }, () => listen(hear, signal)).catch(ignoreAbort);
  });
  return () => {
    stopWatching();
    end.abort();
    tabs.close();
  };
}

/** Ends when `signal` says so; until then it connects again and again. */
async function listen(hear: (topic: string) => void, signal: AbortSignal) {
  let isFirst = true;
  let failures = 0;
  const onReady = () => {
    if (!isFirst) hear(ALL);
    isFirst = false;
    failures = 0;
  };
  while (!signal.aborted) {
    await connect(hear, onReady, signal);
    // Not all browsers at the same moment, when it is the server that went away.
    await sleep((RETRY_MS[failures] ?? 0) * (0.5 + Math.random() / 2), signal);
    failures = Math.min(failures + 1, RETRY_MS.length - 1);
  }
}

/** One connection, up to its end. The browser mends a broken one by itself, but not one that was refused or ended. */
function connect(hear: (topic: string) => void, onReady: () => void, signal: AbortSignal) {
  const source = new EventSource(URL);
  return new Promise<void>((resolve) => {
    const close = () => {
      source.close();
      resolve();
    };
    source.addEventListener("ready", onReady);
    source.addEventListener("change", ({ data }: MessageEvent<string>) => hear(topicOf(data)));
    source.addEventListener("end", () => {
      // The session is over, which the next request is told.
      hear(ALL);
      close();
    });
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) close();
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

/** Gathers topics for a moment, and asks again for what is made from them. */
function createRefresher(queryClient: QueryClient, signal: AbortSignal) {
  const topics = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const refresh = () => {
    timer = undefined;
    // The answer would be older than what is shown already; the change asks again when it is through.
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

/** Runs `start` each time the page comes to the front; its signal aborts some time after the page was left. */
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

function ignoreAbort(error: unknown) {
  if (!(error instanceof DOMException && error.name === "AbortError")) throw error;
}
