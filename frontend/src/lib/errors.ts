import { ApiError, NETWORK_ERROR } from "@app/sdk";
import { isMissingChunk } from "@/lib/missing-chunk";

export function hasStatus(error: unknown, status: number): error is ApiError {
  return error instanceof ApiError && error.status === status;
}

export function hasCode(error: unknown, code: ApiError["code"]): error is ApiError {
  return error instanceof ApiError && error.code === code;
}

/** An error of the dashboard itself. Its message is for users. */
export class UserError extends Error {}

/** One sentence for users, never a stack trace or a technical message. */
export function errorMessage(error: unknown): string {
  if (isMissingChunk(error) || error instanceof UserError) return error.message;
  if (!(error instanceof ApiError)) return "Something went wrong. Try reloading the page.";
  if (error.code === NETWORK_ERROR) {
    return "The server could not be reached. Check your connection and try again.";
  }
  return error.message;
}

export function errorRequestId(error: unknown): string | undefined {
  return error instanceof ApiError ? error.requestId : undefined;
}
