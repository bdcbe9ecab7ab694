import type { SecurityEventPublic, SessionPublic } from "@app/sdk";

export function session(number: number, changes: Partial<SessionPublic> = {}): SessionPublic {
  return {
    id: `0198a000-0000-7000-8000-00000000010${number}`,
    device: number % 2 ? "Firefox on Linux" : "Chrome on Windows",
    ip: `192.0.2.${number}`,
    created_at: "2026-01-02T03:04:05Z",
    last_used_at: "2026-01-02T08:04:05Z",
    authenticated_at: "2026-01-02T03:04:05Z",
    expires_at: "2026-01-02T15:04:05Z",
    is_current: false,
    ...changes,
  };
}

export function securityEvent(
  number: number,
  changes: Partial<SecurityEventPublic> = {},
): SecurityEventPublic {
  return {
    id: `0198a000-0000-7000-8000-00000000020${number}`,
    at: "2026-01-02T03:04:05Z",
    kind: "sign_in",
    device: "Firefox on Linux",
    ip: `192.0.2.${number}`,
    details: {},
    ...changes,
  };
}
