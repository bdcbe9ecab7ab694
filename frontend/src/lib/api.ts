import { client, configureAppClient } from "@app/sdk";

/** No request waits longer than this for an answer: a clear error beats a spinner without end. */
const TIMEOUT_MS = 20_000;

/**
 * Points the SDK at the dashboard's own origin. The session is an HttpOnly cookie, so there is nothing to attach.
 * This is the only place that sees every answer, and therefore where a refused session is noticed.
 */
export function configureApi(onUnauthorized: () => void) {
  configureAppClient(client, {
    baseUrl: window.location.origin,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const signal = AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT_MS)]);
      const response = await fetch(request, { signal });
      if (response.status === 401) onUnauthorized();
      return response;
    },
  });
}
