import type { SessionPublic } from "@app/sdk";
import {
  endOtherSessionsMutation,
  endSessionMutation,
  endSessionOfUserMutation,
  endSessionsOfUserMutation,
  readSessionsOfUserOptions,
  readSessionsOptions,
} from "@app/sdk/react-query";
import { type Resource, useRowMutation } from "@/lib/rows";

const noun = { one: "Session", many: "Sessions" };
const OWN: Resource = { list: "readSessions", tag: "login", noun };
const OF_USER: Resource = { list: "readSessionsOfUser", tag: "login", noun };

export const sessionsQuery = () => readSessionsOptions();
export const sessionsOfUserQuery = (userId: string) =>
  readSessionsOfUserOptions({ path: { user_id: userId } });

export const deviceOf = ({ device }: SessionPublic) => device ?? "Unknown device";

/** The API asks for a recent proof, which a dialog handles. The row stays until the request has succeeded. */
export function useEndSession() {
  return useRowMutation(OWN, endSessionMutation(), { success: "Session ended" });
}

export function useEndOtherSessions() {
  return useRowMutation(OWN, endOtherSessionsMutation(), { success: "All other sessions ended" });
}

export function useEndSessionOfUser() {
  return useRowMutation(OF_USER, endSessionOfUserMutation(), { success: "Session ended" });
}

export function useEndSessionsOfUser() {
  return useRowMutation(OF_USER, endSessionsOfUserMutation(), { success: "All sessions ended" });
}
