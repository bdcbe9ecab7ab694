import type { TokenPair } from "./gen/index.js";

/** What keeps a client signed in: it has the access token, and gets a new one when the API refuses it. */
export interface Session {
  /** The access token, if scripts can read it. */
  readonly token: string | undefined;
  /** Whether a request with this `Authorization` header belongs to the session. Others are the caller's own. */
  owns(header: string | null): boolean;
  /**
   * Gets new tokens with `fetch`, in one request for all concurrent calls. `refused` was sent at `sentAt` (`Date.now()`).
   * Resolves to true if there are new tokens, to false if the session is over, or to the API's response if it could not
   * be asked, such as 503.
   */
  renew(refused: Request, sentAt: number, fetch: Fetch): Promise<boolean | Response>;
}

type Fetch = typeof globalThis.fetch;

/** The tokens of `loginAccessToken` with the scope `offline_access`. */
export type SessionTokens = Pick<TokenPair, "access_token" | "refresh_token">;

export interface BearerSessionOptions {
  tokens: SessionTokens;
  /** Stores the new tokens. The refresh token before them no longer works. */
  onRefresh?: (tokens: TokenPair) => void | Promise<void>;
}

const PATH = "/api/v1/login/refresh";
/** For all tabs of a browser: the lock of the request, and when the last one succeeded. */
const LOCK = "session-refresh";
const RENEWED_AT = "session-refreshed-at";

/** The session of a client that holds its own tokens. */
export function bearerSession({ tokens, onRefresh }: BearerSessionOptions): Session {
  let { access_token: token, refresh_token } = tokens;
  // A request can still have the token that was just replaced.
  let previous = token;
  return {
    get token() {
      return token;
    },
    owns: (header) => header === `Bearer ${token}` || header === `Bearer ${previous}`,
    renew: singleFlight(async (refused, fetch) => {
      const body = JSON.stringify({ refresh_token });
      const headers = { "Content-Type": "application/json" };
      const response = await fetch(refreshRequest(refused, { headers, body }));
      if (!response.ok) return outcomeOf(response);
      const pair = (await response.json()) as TokenPair;
      previous = token;
      ({ access_token: token, refresh_token } = pair);
      await onRefresh?.(pair);
      return true;
    }),
  };
}

/** The session of a browser, whose tokens are in cookies that scripts cannot read. Its tabs refresh once. */
export function cookieSession(): Session {
  const renew = async (refused: Request, sentAt: number, fetch: Fetch) => {
    if (isRenewedSince(sentAt)) return true;
    const { credentials } = refused;
    const response = await fetch(refreshRequest(refused, { credentials }));
    if (!response.ok) return outcomeOf(response);
    storeRenewal();
    return true;
  };
  return {
    token: undefined,
    // The password of a proxy does not replace the cookie.
    owns: (header) => !/^bearer\b/i.test(header ?? ""),
    renew: singleFlight((refused, fetch, sentAt) =>
      exclusively(() => renew(refused, sentAt, fetch)),
    ),
  };
}

/**
 * A `fetch` that stays signed in: when the access token has expired, it refreshes the session and repeats the request.
 * A request with another `Authorization` header than the session's is left alone. `refreshFetch` sends the refresh.
 */
export function withRefresh(
  session: Session,
  fetch: Fetch = globalThis.fetch,
  refreshFetch: Fetch = fetch,
): Fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const sentAt = Date.now();
    const response = await fetch(request.clone());
    const isOwn = session.owns(request.headers.get("Authorization"));
    if (response.status !== 401 || !isOwn || isRefresh(request)) return response;
    const renewed = await session.renew(request, sentAt, refreshFetch);
    if (renewed === false) return response;
    await response.body?.cancel();
    if (renewed !== true) return renewed;
    if (session.token) request.headers.set("Authorization", `Bearer ${session.token}`);
    return fetch(request);
  };
}

const isRefresh = ({ url }: Request) => new URL(url).pathname.endsWith(PATH);

/** At the address of the refused request, but not bound to its signal: others wait for the same response. */
function refreshRequest({ url }: Request, init: RequestInit): Request {
  const { origin, pathname } = new URL(url);
  const base = pathname.slice(0, Math.max(0, pathname.indexOf("/api/v1/")));
  return new Request(origin + base + PATH, { method: "POST", ...init });
}

/** A refusal ends the session. With 429 or 5xx it is not known whether it has ended. */
function outcomeOf(response: Response): false | Response {
  return response.status >= 500 || response.status === 429 ? response : false;
}

type Renewal = (refused: Request, fetch: Fetch, sentAt: number) => Promise<boolean | Response>;

/** One request at a time. A request that was sent before the last one succeeded needs none. */
function singleFlight(task: Renewal): Session["renew"] {
  let flight: Promise<boolean | Response> | undefined;
  let renewedAt = 0;
  return async (refused, sentAt, fetch) => {
    if (!flight && renewedAt > sentAt) return true;
    flight ??= task(refused, fetch, sentAt)
      .then((outcome) => {
        if (outcome === true) renewedAt = Date.now();
        return outcome;
      })
      .finally(() => {
        flight = undefined;
      });
    const outcome = await flight;
    return outcome instanceof Response ? outcome.clone() : outcome;
  };
}

/** One tab at a time. Pages on an insecure origin have no locks; then the API gives all tabs the same tokens. */
async function exclusively<T>(task: () => Promise<T>): Promise<T> {
  const locks = globalThis.navigator?.locks;
  if (!locks) return task();
  let isStarted = false;
  try {
    return await locks.request(LOCK, () => {
      isStarted = true;
      return task();
    });
  } catch (error) {
    // Refused, because the browser blocks storage.
    if (isStarted) throw error;
    return task();
  }
}

/** Whether another tab has refreshed since then. A time in the future is of a clock that was set back. */
function isRenewedSince(sentAt: number): boolean {
  try {
    const at = Number(localStorage.getItem(RENEWED_AT));
    return at > sentAt && at <= Date.now();
  } catch {
    return false;
  }
}

function storeRenewal() {
  try {
    localStorage.setItem(RENEWED_AT, String(Date.now()));
  } catch {
    // Without storage, each tab refreshes.
  }
}
