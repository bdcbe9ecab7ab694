import { client, configureAppClient } from "@app/sdk";
import { setReachable } from "@/lib/connection";

/** No request waits longer than this for an answer: a clear error beats a spinner without end. */
const TIMEOUT_MS = 20_000;

/** What a proxy says while the API behind it is away. */
const GATEWAY_ERRORS = [502, 503, 504];

/**
 * Points the SDK at the dashboard's own origin. The session is an HttpOnly cookie, so there is nothing to attach.
 * This is the only place that sees every answer, and therefore where a refused session and a lost connection are
 * noticed. `onUnauthorized` says whether there is a session again: then the request is repeated.
 */
export function configureApi(onUnauthorized: () => Promise<boolean>) {
  configureAppClient(client, {
    baseUrl: window.location.origin,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const response = await send(request.clone());
      if (response.status !== 401 || isAboutSignIn(request)) return response;
      return (await onUnauthorized()) ? send(request) : response;
    },
  });
}

async function send(request: Request) {
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT_MS)]);
  try {
    const response = await fetch(request, { signal });
    setReachable(!GATEWAY_ERRORS.includes(response.status));
    return response;
  } catch (error) {
    // What was aborted, by its caller or for its time, says nothing about the connection.
    if (!signal.aborted) setReachable(false);
    throw error;
  }
}

/** Signing in and out answer for themselves. */
const isAboutSignIn = ({ url }: Request) => new URL(url).pathname.startsWith("/api/v1/login/");
