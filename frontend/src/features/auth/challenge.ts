import type { Challenge } from "@app/sdk";
import { hasCode } from "@/lib/errors";

/** The challenge with which the API responds to a right password, or undefined for another error. */
export function challengeOf(error: unknown): Challenge | undefined {
  return hasCode(error, "AUTH_MFA_REQUIRED")
    ? (error.problem as { challenge?: Challenge }).challenge
    : undefined;
}

/** Whether the user has to start again, because of the time or of too many wrong answers. */
export const isChallengeOver = (error: unknown) => hasCode(error, "AUTH_CHALLENGE_EXPIRED");
