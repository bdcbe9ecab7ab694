import type { PasskeyPublic } from "@app/sdk";

export function passkey(number: number, changes: Partial<PasskeyPublic> = {}): PasskeyPublic {
  return {
    id: `0198a000-0000-7000-8000-00000000035${number}`,
    name: `Device ${number}`,
    is_backed_up: false,
    created_at: "2026-01-02T03:04:05Z",
    last_used_at: "2026-01-03T03:04:05Z",
    ...changes,
  };
}
