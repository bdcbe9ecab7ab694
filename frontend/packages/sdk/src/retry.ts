export interface RetryOptions {
  /** Maximum number of retries. Default: 3. */
  retries?: number;
  /** Delay before the first retry. It doubles each time, and random jitter shortens it by up to half. Default: 300. */
  delayMs?: number;
  /** No retry starts later than this after the first attempt. Default: 30 000. */
  totalMs?: number;
  /** Add a method only when repeating the request is harmless. Default: GET and HEAD. */
  methods?: readonly string[];
}

/** A server, or a proxy in front of it, is busy or briefly unavailable. */
const TRANSIENT = [429, 502, 503, 504];

/**
 * A `fetch` that retries after a network error or one of these statuses. It waits at least as long as the response's
 * `Retry-After`. If that is too long, it returns the response immediately. An aborted signal ends the wait.
 */
export function withRetries(
  { retries = 3, delayMs = 300, totalMs = 30_000, methods = ["GET", "HEAD"] }: RetryOptions = {},
  fetch: typeof globalThis.fetch = globalThis.fetch,
): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    if (!methods.includes(request.method)) return fetch(request);

    const end = performance.now() + totalMs;
    for (let tried = 0; ; tried++) {
      const { response, error } = await attempt(fetch, request);
      if (response && !TRANSIENT.includes(response.status)) return response;

      const delay = delayMs * 2 ** tried * (1 - Math.random() / 2) + retryAfterMs(response);
      if (tried >= retries || performance.now() + delay > end) {
        if (response) return response;
        throw error;
      }
      await response?.body?.cancel();
      await wait(delay, request.signal);
    }
  };
}

/** The response, or the connection's error. Throws errors that a retry cannot fix. */
async function attempt(fetch: typeof globalThis.fetch, request: Request) {
  try {
    return { response: await fetch(request.clone()) };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { error };
  }
}

/** `Retry-After` is a number of seconds, or a date by the server's own clock. */
function retryAfterMs(response?: Response): number {
  const value = response?.headers.get("Retry-After") ?? "";
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const now = Date.parse(response?.headers.get("Date") ?? "") || Date.now();
  return Math.max(0, Date.parse(value) - now) || 0;
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", stop, { once: true });
  });
}
