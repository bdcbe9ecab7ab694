import type { ErrorCode, Problem } from "./gen/index.js";

/** Codes of failures without a response from the API. All other codes come from its own catalogue. */
export const NETWORK_ERROR = "network_error";
export const TIMEOUT = "timeout";
export const INVALID_RESPONSE = "invalid_response";

type OwnErrorCode = typeof NETWORK_ERROR | typeof TIMEOUT | typeof INVALID_RESPONSE;

export type ApiErrorCode = ErrorCode | OwnErrorCode;

interface ApiErrorInit {
  status: number;
  code: ApiErrorCode;
  problem?: Problem;
  requestId?: string;
  cause?: unknown;
}

/** Every failed request throws this. Only an abort by the caller's own `AbortSignal` passes through unchanged. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** HTTP status, or 0 without a complete response. */
  readonly status: number;
  /** Stable, for use in `switch`. The message can change. */
  readonly code: ApiErrorCode;
  /** The RFC 9457 body, when the API sent one. */
  readonly problem: Problem | undefined;
  /** Identifies the request in the server's log. */
  readonly requestId: string | undefined;

  constructor(message: string, { status, code, problem, requestId, cause }: ApiErrorInit) {
    super(message, { cause });
    this.status = status;
    this.code = code;
    this.problem = problem;
    this.requestId = requestId;
  }

  /** The first message of each invalid field, by the field's dotted name in the request. */
  fieldErrors(): Record<string, string> {
    const messages: Record<string, string> = {};
    for (const { field, message } of this.problem?.errors ?? []) {
      if (field) messages[field] ??= message;
    }
    return messages;
  }
}

/** The `ApiError` for a problem document: its `code` is one of the document's codes, or one of our own. */
export type ApiErrorFrom<P> = [P] extends [{ code: infer Code extends ErrorCode }]
  ? ApiError & { readonly code: Code | OwnErrorCode }
  : ApiError;

/** Any function of the SDK that sends a request. */
export type Operation = (...args: never[]) => Promise<unknown>;

type FailureOf<Op extends Operation> = Extract<Awaited<ReturnType<Op>>, { error: unknown }>;

/** The error that a function of the SDK throws: `ErrorOf<typeof readUserById>`. */
export type ErrorOf<Op extends Operation> = [FailureOf<Op>] extends [never]
  ? ApiError
  : NonNullable<FailureOf<Op>["error"]>;

/** The codes that a function's error can have: `ErrorCodeOf<typeof readUserById>`. */
export type ErrorCodeOf<Op extends Operation> = ErrorOf<Op> extends { code: infer C } ? C : never;

/**
 * Whether a caught value is an error of the API. With the called function as `operation`, `code` is narrowed to its
 * codes in the API version that this package was built from.
 */
export function isApiError(error: unknown): error is ApiError;
export function isApiError<Op extends Operation>(
  error: unknown,
  operation: Op,
): error is ErrorOf<Op> & ApiError;
export function isApiError(error: unknown): error is ApiError {
  return error instanceof ApiError;
}

/** Converts the generated client's failure (parsed JSON, text or a `TypeError`) to an `ApiError`. */
export function toApiError(error: unknown, response?: Response, request?: Request): unknown {
  if (error instanceof ApiError || isAbort(error, request)) return error;
  if (!response || isCut(error)) return noResponseError(error);

  const requestId = response.headers.get("X-Correlation-ID") ?? undefined;
  if (isProblem(error)) {
    const { detail, code, request_id } = error;
    return new ApiError(detail, {
      status: response.status,
      code,
      problem: error,
      requestId: request_id || requestId,
    });
  }
  return new ApiError(`The server answered ${response.status} in an unexpected form`, {
    status: response.status,
    code: INVALID_RESPONSE,
    requestId,
    cause: error,
  });
}

/** The caller aborted, possibly with their own reason. The end of an `AbortSignal.timeout` does not count. */
function isAbort(error: unknown, request?: Request): boolean {
  const isReason = request?.signal.aborted && error === request.signal.reason;
  return isNamed(error, "AbortError") || Boolean(isReason && !isNamed(error, "TimeoutError"));
}

/** Whether the connection broke during the response. Invalid JSON is a SyntaxError; an error body is not an Error. */
function isCut(error: unknown): boolean {
  return error instanceof Error && error.name !== "SyntaxError";
}

function noResponseError(cause: unknown): ApiError {
  return isNamed(cause, "TimeoutError")
    ? new ApiError("The server took too long to answer", { status: 0, code: TIMEOUT, cause })
    : new ApiError("The server could not be reached", { status: 0, code: NETWORK_ERROR, cause });
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}

function isProblem(error: unknown): error is Problem {
  return typeof error === "object" && error !== null && "code" in error && "detail" in error;
}
