import { toApiError } from "./errors.js";
import { type Client, type Config, createClient } from "./gen/client/index.js";
import { loginAccessToken } from "./gen/sdk.gen.js";
import { type RetryOptions, withRetries } from "./retry.js";
import { type BearerSessionOptions, bearerSession, type Session, withRefresh } from "./session.js";

export interface ClientSettings {
  /** Origin of the API, without `/api/v1`. Leave it out in a browser on the same origin. */
  baseUrl?: string;
  /** A fixed token for `Authorization: Bearer`, or a function that returns the current one. Nothing refreshes it. */
  token?: string | (() => string | undefined | Promise<string | undefined>);
  /** `"include"` sends a browser's session cookie to an API on another origin. On the same origin it is always sent. */
  credentials?: RequestCredentials;
  /** Sent with every request. */
  headers?: Record<string, string>;
  /** Replaces the global `fetch`, for proxies or tests. */
  fetch?: typeof fetch;
}

export interface AppClientOptions extends ClientSettings {
  /** Refreshes the session: `bearerSession({ tokens, onRefresh })`, or in a browser `cookieSession()`. */
  session?: Session;
  /** How safe requests are retried; `false` turns retries off. */
  retry?: RetryOptions | false;
}

/** An independent client: pass it as `client` to any function of the SDK. It changes no global state. */
export function createAppClient({
  retry = {},
  session,
  ...settings
}: AppClientOptions = {}): Client {
  const once = retry === false ? settings.fetch : withRetries(retry, settings.fetch);
  if (!session) return configureAppClient(createClient(), { ...settings, fetch: once });
  const fetch = withRefresh(session, once);
  return configureAppClient(createClient(), { ...settings, fetch, token: () => session.token });
}

export interface LogInOptions
  extends Omit<AppClientOptions, "token" | "session">,
    Pick<BearerSessionOptions, "onRefresh"> {
  email: string;
  password: string;
  signal?: AbortSignal;
}

/** Signs in and returns a client that stays signed in. Throws the errors of `loginAccessToken`. */
export async function logIn({
  email,
  password,
  signal,
  onRefresh,
  ...options
}: LogInOptions): Promise<Client> {
  const { data } = await loginAccessToken({
    client: createAppClient(options),
    body: { username: email, password, scope: "offline_access" },
    signal,
  });
  const { access_token, refresh_token } = data;
  if (!refresh_token) return createAppClient({ ...options, token: access_token });
  const session = bearerSession({ tokens: { access_token, refresh_token }, onRefresh });
  return createAppClient({ ...options, session });
}

/** Configures an existing client, such as the default one that functions use without `client`. */
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
    // Without a request the caller made the mistake, such as an invalid address or a token function that failed.
    request ? toApiError(error, response, request) : error,
  );
  return client;
}

/** The generated client would parse an empty body as `{}`. */
async function refuseEmpty(
  response: Response,
  _request: Request,
  { parseAs }: Pick<Config, "parseAs">,
) {
  const isJson = response.ok && response.status !== 204 && parseAs === "json";
  if (isJson && !(await response.clone().text())) throw new SyntaxError("The answer is empty");
  return response;
}
