import { client, configureAppClient } from "@app/sdk";
import { setReachable } from "@/lib/connection";

/** No request waits longer than this for an answer: a clear error beats a spinner without end. */
const TIMEOUT_MS = 20_000;

let whenUnauthorized: () => Promise<boolean> = async () => false;

/**
 * Points the SDK at the dashboard's own origin. The session is an HttpOnly cookie, so there is nothing to attach.
 * `onUnauthorized` says whether there is a session again: then the request is repeated.
 */
export function configureApi(onUnauthorized: () => Promise<boolean>) {
  whenUnauthorized = onUnauthorized;
  configureAppClient(client, { baseUrl: window.location.origin, fetch: apiFetch() });
}

interface Sending {
  timeoutMs?: number;
  transport?: (request: Request, init: { signal: AbortSignal }) => Promise<Response>;
}

/** The only place that sees every answer, and therefore where a refused session and a lost connection are noticed. */
export function apiFetch(sending: Sending = {}): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const response = await send(request.clone(), sending);
    if (response.status !== 401 || isAboutSignIn(request)) return response;
    return (await whenUnauthorized()) ? send(request, sending) : response;
  };
}

async function send(request: Request, { timeoutMs = TIMEOUT_MS, transport = fetch }: Sending) {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(new DOMException("", "TimeoutError")), timeoutMs);
  const signal = AbortSignal.any([request.signal, timeout.signal]);
  try {
    const response = await transport(request, { signal });
    setReachable(!isOfProxy(response));
    // A long list takes its time. Whoever reads it looks after that.
    if (response.headers.get("Content-Type")?.startsWith("text/csv")) clearTimeout(timer);
    return response;
  } catch (error) {
    // What was aborted, by its caller or for its time, says nothing about the connection.
    if (!signal.aborted) setReachable(false);
    throw error;
  }
}

/** What a proxy says while the API behind it is away. The API's own errors are problem documents. */
function isOfProxy({ status, headers }: Response) {
  return [502, 503, 504].includes(status) && !headers.get("Content-Type")?.includes("problem+json");
}

/** Signing in and out answer for themselves. */
const isAboutSignIn = ({ url }: Request) => new URL(url).pathname.startsWith("/api/v1/login/");
