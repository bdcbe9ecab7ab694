import type { ApiTokenPublic } from "@app/sdk";

export function apiToken(number: number, changes: Partial<ApiTokenPublic> = {}): ApiTokenPublic {
  return {
    id: `0198a000-0000-7000-8000-00000000020${number}`,
    name: `Script ${number}`,
    scopes: ["read"],
    hint: `x7Q${number}`,
    created_at: "2026-01-02T03:04:05Z",
    expires_at: "2126-01-02T03:04:05Z",
    last_used_on: "2026-01-03",
    last_used_ip: `192.0.2.${number}`,
    ...changes,
  };
}
