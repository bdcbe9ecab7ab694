export { type AppClientOptions, configureAppClient, createAppClient } from "./client.js";
export { ApiError, type ApiErrorCode, INVALID_RESPONSE, NETWORK_ERROR, TIMEOUT } from "./errors.js";
export type { Client } from "./gen/client/index.js";
export { client } from "./gen/client.gen.js";
export * from "./gen/index.js";
