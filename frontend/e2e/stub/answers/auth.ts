import type { Message, SecurityEventPublic, SessionPublic } from "@app/sdk";
import { json, list, many, refuse } from "../answer";
import type { Api } from "../api";
import { person } from "./users";

const MINUTE = 60_000;

/** The session at a position in the list. The first one is that of the page. */
export function session(index: number): SessionPublic {
  const begun = Date.UTC(2026, 0, 2) - index * 1_440 * MINUTE;
  return {
    id: `0198a000-0000-7000-8000-${String(index + 101).padStart(12, "0")}`,
    device:
      ["Firefox on Linux", "Chrome on Windows", "Mobile Safari on iOS", null][index % 4] ?? null,
    ip: `192.0.2.${index + 1}`,
    created_at: new Date(begun).toISOString(),
    last_used_at: new Date(begun + 90 * MINUTE).toISOString(),
    authenticated_at: new Date(begun).toISOString(),
    expires_at: new Date(begun + 720 * MINUTE).toISOString(),
    is_current: index === 0,
  };
}

const KINDS = ["sign_in", "password_changed", "email_changed", "sign_in_new_device"] as const;

/** The security event at a position in the list. */
export function securityEvent(index: number): SecurityEventPublic {
  const { id, device, ip, created_at } = session(index);
  const kind = KINDS[index % KINDS.length] ?? "sign_in";
  const details = kind === "email_changed" ? { old_email: person(2).email } : {};
  return { id, at: created_at, kind, device, ip, details };
}

/** Accepts any email and password. */
export default function auth(api: Api) {
  const message = (text: string) => json<Message>({ message: text });

  api.on("POST /login/session", ({ body }) => {
    api.user = person(0, { email: body.email });
    return json(api.user);
  });
  api.on("POST /login/logout", () => {
    api.user = undefined;
    return message("Logged out");
  });
  api.on("POST /login/reauthenticate", message("Confirmed"));
  api.on("POST /login/reauthenticate/challenge", json({ token: "", kinds: {} }));
  api.on("GET /sessions/", ({ query }) => list(many(4, session), query));
  api.on("DELETE /sessions/", message("All other sessions ended"));
  api.on("DELETE /sessions/:id", message("Session ended"));
  api.on("GET /users/:user/sessions/", ({ query }) => list(many(4, session), query));
  api.on("DELETE /users/:user/sessions/", message("All sessions ended"));
  api.on("DELETE /users/:user/sessions/:id", message("Session ended"));
  api.on("GET /users/me/security-events", ({ query }) => list(many(45, securityEvent), query));
  api.on("GET /users/:user/security-events", ({ query }) => list(many(45, securityEvent), query));
  api.on("POST /login/not-me", message("All devices were logged out"));
  api.on("GET /users/me/email", () =>
    json({ email: api.user?.email ?? "", pending_email: null, pending_until: null }),
  );
  api.on("POST /users/me/email", message("We sent a link to the new address"));
  api.on("POST /users/me/email/confirm", message("Your email address was changed"));
  api.on("POST /users/me/email/undo", message("Your old email address is back"));
  api.on("POST /login/refresh", () => refuse(401, "AUTH_001", "Not authenticated"));
  api.on("POST /password-recovery/:email", message("If the account exists, an email was sent"));
  api.on("POST /reset-password/", message("Password updated successfully"));
  api.on("POST /verify-email", () => json(person(0)));
  api.on(
    "POST /verify-email/resend",
    message("If that email waits for verification, we sent another link"),
  );
}
