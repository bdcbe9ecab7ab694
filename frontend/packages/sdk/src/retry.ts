export interface RetryOptions {
  /** How often a request is tried again at most. Default: 3. */
  retries?: number;
  /** Wait before the first new try; it doubles with each one, and up to a half is left to chance. Default: 300. */
  delayMs?: number;
  /** No new try begins later than this after the first one. Default: 30 000. */
  totalMs?: number;
  /** Add a method only if doing it twice is the same as doing it once. Default: GET and HEAD. */
  methods?: readonly string[];
}

/** Answers of a server, or of a proxy before it, that is busy or gone for a moment. */
const PASSING = [429, 502, 503, 504];

/**
 * A `fetch` that tries again after a network error or one of these answers. It waits at least as long as the answer's
 * `Retry-After` says; when that is too long, the caller gets the answer at once. An aborted signal ends the wait.
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
      if (response && !PASSING.includes(response.status)) return response;

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

/** An answer, or the error of a connection. Throws what another try cannot mend. */
async function attempt(fetch: typeof globalThis.fetch, request: Request) {
  try {
    return { response: await fetch(request.clone()) };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { error };
  }
}

/** `Retry-After` is a number of seconds or a date, which counts from the server's own clock. */
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
