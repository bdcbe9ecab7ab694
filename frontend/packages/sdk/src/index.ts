export {
  type AppClientOptions,
  type ClientSettings,
  configureAppClient,
  createAppClient,
  type LogInOptions,
  logIn,
} from "./client.js";
export {
  ApiError,
  type ApiErrorCode,
  type ErrorCodeOf,
  type ErrorOf,
  INVALID_RESPONSE,
  isApiError,
  NETWORK_ERROR,
  type Operation,
  TIMEOUT,
} from "./errors.js";
export type { Client } from "./gen/client/index.js";
export { client } from "./gen/client.gen.js";
export * from "./gen/index.js";
export { type EventOperation, type ListenOptions, listen, type ServerEvent } from "./listen.js";
export {
  collect,
  type ListOperation,
  type Paginated,
  type PaginateOptions,
  paginate,
  type RowOf,
} from "./paginate.js";
export { type RetryOptions, withRetries } from "./retry.js";
export {
  type BearerSessionOptions,
  bearerSession,
  cookieSession,
  type Session,
  type SessionTokens,
  withRefresh,
} from "./session.js";
