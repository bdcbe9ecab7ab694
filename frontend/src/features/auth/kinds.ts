import type { SecurityEventPublic } from "@app/sdk";
import { securityEvents } from "@/lib/features";

/** What happened, in the words of the list. */
export const TITLES: Record<string, string> = {
  sign_in: "Signed in",
  sign_in_new_device: "Signed in on a new device",
  sign_in_failed: "Wrong password at sign-in",
  password_changed: "Password changed",
  password_reset: "Password reset by a link",
  email_change_requested: "New email address requested",
  email_changed: "Email address changed",
  email_change_undone: "Change of the email address undone",
  session_ended: "Session ended",
  sessions_ended: "Sessions ended",
  refresh_token_reused: "Stolen session ended",
  not_me_reported: "Reported: this was not me",
  factors_reset: "Second factors removed",
  ...securityEvents,
};

export const KINDS = Object.keys(TITLES);

/** Also of a kind that a feature brought which the project no longer has. */
export const titleOf = ({ kind }: SecurityEventPublic) => TITLES[kind] ?? kind.replaceAll("_", " ");

const DETAILS: Record<string, string> = {
  email: "New address",
  old_email: "Previous address",
  ended_device: "Ended on",
  reason: "Reason",
  name: "Name",
};

/** Further facts about an event, as titles and texts. */
export function factsOf({ details }: SecurityEventPublic): [title: string, text: string][] {
  return Object.entries(DETAILS).flatMap(([name, title]) => {
    const text = details[name];
    return typeof text === "string" && text ? [[title, text] as [string, string]] : [];
  });
}

/** Where it came from. A superuser's device is not shown. */
export function placeOf({ device, details }: SecurityEventPublic) {
  return details.by === "superuser" ? "A superuser" : (device ?? "Unknown device");
}
