import { client, configureAppClient, cookieSession, type Problem, withRefresh } from "@app/sdk";
import { setReachable } from "@/lib/connection";

/** No request waits longer than this for a response, because an error is better than an endless spinner. */
const TIMEOUT_MS = 20_000;

interface Refusals {
  /** Resolves to true when there is a session again; then the request is repeated. */
  onUnauthorized: () => Promise<boolean>;
  /** Resolves to true when the user has proved again who they are; then the request is repeated. */
  onProofRequired: (needsFactor: boolean) => Promise<boolean>;
  /** The user can do nothing before they have set up a second factor. */
  onSetUpRequired: () => void;
}

let refusals: Refusals = {
  onUnauthorized: async () => false,
  onProofRequired: async () => false,
  onSetUpRequired: () => {},
};

const session = cookieSession();

/** Points the SDK at the dashboard's own origin. The tokens are in HttpOnly cookies, so none is attached. */
export function configureApi(handlers: Refusals) {
  refusals = handlers;
  configureAppClient(client, { baseUrl: window.location.origin, fetch: apiFetch() });
}

interface Sending {
  timeoutMs?: number;
  transport?: (request: Request, init: { signal: AbortSignal }) => Promise<Response>;
}

/** The only place that sees every response. It therefore detects refused requests that can be repeated, and a lost connection. */
export function apiFetch(sending: Sending = {}): typeof fetch {
  const fetch = withRefresh(session, sender(sending), sender({}));
  return async (input, init) => {
    const request = new Request(input, init);
    const response = await fetch(request.clone());
    return (await canRepeat(request, response)) ? fetch(request) : response;
  };
}

const sender =
  (sending: Sending): typeof fetch =>
  (input, init) =>
    send(new Request(input, init), sending);

async function canRepeat(request: Request, response: Response) {
  if (response.status === 401 && !isAboutSignIn(request)) return refusals.onUnauthorized();
  if (response.status !== 403) return false;
  const { code, needs_factor } = await problemOf(response);
  if (code === "AUTH_MFA_SETUP_REQUIRED") refusals.onSetUpRequired();
  return (
    code === "AUTH_REAUTHENTICATION_REQUIRED" && refusals.onProofRequired(needs_factor === true)
  );
}

async function problemOf(
  response: Response,
): Promise<Partial<Problem> & { needs_factor?: boolean }> {
  return response
    .clone()
    .json()
    .catch(() => ({}));
}

async function send(request: Request, { timeoutMs = TIMEOUT_MS, transport = fetch }: Sending) {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(new DOMException("", "TimeoutError")), timeoutMs);
  const signal = AbortSignal.any([request.signal, timeout.signal]);
  try {
    const response = await transport(request, { signal });
    setReachable(!isOfProxy(response));
    // A long list takes time. The code that reads it has its own timeout.
    if (response.headers.get("Content-Type")?.startsWith("text/csv")) clearTimeout(timer);
    return response;
  } catch (error) {
    // An abort, by the caller or by the timeout, says nothing about the connection.
    if (!signal.aborted) setReachable(false);
    throw error;
  }
}

/** Whether a proxy responded because the API is down. The API's own errors are problem documents. */
function isOfProxy({ status, headers }: Response) {
  return [502, 503, 504].includes(status) && !headers.get("Content-Type")?.includes("problem+json");
}

/** Sign-in and sign-out handle a 401 themselves. */
const isAboutSignIn = ({ url }: Request) => new URL(url).pathname.startsWith("/api/v1/login/");
