import { toApiError } from "./errors.js";
import { type Client, type Config, createClient } from "./gen/client/index.js";

export interface AppClientOptions {
  /** Origin of the API, without `/api/v1`. Leave out in a browser on the same origin. */
  baseUrl?: string;
  /** Access token for `Authorization: Bearer`, or a function that gives the current one. */
  token?: string | (() => string | undefined | Promise<string | undefined>);
  /** Replaces the global `fetch`, for proxies, retries or tests. */
  fetch?: Config["fetch"];
}

/** A client of its own: pass it as `client` to any function of the SDK. Nothing global is touched. */
export function createAppClient(options: AppClientOptions = {}): Client {
  return configureAppClient(createClient(), options);
}

/** Sets up an existing client, such as the default one that functions use when called without `client`. */
export function configureAppClient(
  client: Client,
  { baseUrl, token, fetch }: AppClientOptions,
): Client {
  client.setConfig({
    throwOnError: true,
    ...(baseUrl !== undefined && { baseUrl }),
    ...(token !== undefined && { auth: token }),
    ...(fetch !== undefined && { fetch }),
  });
  client.interceptors.error.clear();
  client.interceptors.error.use(toApiError);
  return client;
}
