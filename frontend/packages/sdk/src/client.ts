import { toApiError } from "./errors.js";
import { type Client, type Config, createClient } from "./gen/client/index.js";
import { loginAccessToken } from "./gen/sdk.gen.js";
import { type RetryOptions, withRetries } from "./retry.js";

export interface ClientSettings {
  /** Origin of the API, without `/api/v1`. Leave out in a browser on the same origin. */
  baseUrl?: string;
  /** Access token for `Authorization: Bearer`, or a function that gives the current one. */
  token?: string | (() => string | undefined | Promise<string | undefined>);
  /** `"include"` sends a browser's session cookie to an API on another origin; on the same one it is sent anyway. */
  credentials?: RequestCredentials;
  /** Sent with every request. */
  headers?: Record<string, string>;
  /** Replaces the global `fetch`, for proxies or tests. */
  fetch?: typeof fetch;
}

export interface AppClientOptions extends ClientSettings {
  /** How requests that change nothing are tried again; `false` for never. */
  retry?: RetryOptions | false;
}

/** A client of its own: pass it as `client` to any function of the SDK. Nothing global is touched. */
export function createAppClient({ retry = {}, ...settings }: AppClientOptions = {}): Client {
  const fetch = retry === false ? settings.fetch : withRetries(retry, settings.fetch);
  return configureAppClient(createClient(), { ...settings, fetch });
}

export interface LogInOptions extends Omit<AppClientOptions, "token"> {
  email: string;
  password: string;
  signal?: AbortSignal;
}

/** Signs in, and returns a client that sends the session's bearer token. Throws what `loginAccessToken` throws. */
export async function logIn({
  email,
  password,
  signal,
  ...options
}: LogInOptions): Promise<Client> {
  const { data } = await loginAccessToken({
    client: createAppClient(options),
    body: { username: email, password },
    signal,
  });
  return createAppClient({ ...options, token: data.access_token });
}

/** Sets up an existing client, such as the default one that functions use when called without `client`. */
export function configureAppClient(client: Client, { token, ...config }: ClientSettings): Client {
  client.setConfig({
    throwOnError: true,
    parseAs: "json",
    ...config,
    ...(token !== undefined && { auth: token }),
  });
  client.interceptors.response.clear();
  client.interceptors.response.use(refuseEmpty);
  client.interceptors.error.clear();
  client.interceptors.error.use((error, response, request) =>
    // Without a request the fault is the caller's: an address that is none, a token function that failed.
    request ? toApiError(error, response, request) : error,
  );
  return client;
}

/** The generated client would take an empty body for `{}`. */
async function refuseEmpty(
  response: Response,
  _request: Request,
  { parseAs }: Pick<Config, "parseAs">,
) {
  const isJson = response.ok && response.status !== 204 && parseAs === "json";
  if (isJson && !(await response.clone().text())) throw new SyntaxError("The answer is empty");
  return response;
}
