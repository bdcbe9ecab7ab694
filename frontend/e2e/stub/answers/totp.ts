import type { Message, OwnTotpStatus, TotpSetup, TrustedDevicePublic } from "@app/sdk";
import { json } from "../answer";
import type { Api } from "../api";

const DAY = 86_400_000;
const SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

export const totpStatus = (isOn: boolean, left = isOn ? 8 : 0): OwnTotpStatus => ({
  confirmed_at: isOn ? "2026-01-02T03:04:05Z" : null,
  recovery_codes_left: left,
  trusted_device_days: 30,
});

const codes = Array.from({ length: 10 }, (_, index) => `K3QF-7ZLM-AX2P-${index}VNE`);

/** A code with a few modules, as the API draws one. */
const setup: TotpSetup = {
  secret: SECRET,
  uri: `otpauth://totp/App:ada%40example.com?secret=${SECRET}&issuer=App`,
  qr_code:
    "data:image/svg+xml;charset=utf-8,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'%3E%3Cpath d='M1 1h3v3h-3zM5 1h3v3h-3zM1 5h3v3h-3zM6 6h1v2h-1z'/%3E%3C/svg%3E",
};

export function trustedDevice(index: number): TrustedDevicePublic {
  return {
    id: `0198a000-0000-7000-8000-${String(index + 401).padStart(12, "0")}`,
    device: ["Firefox on Linux", "Safari on iOS", null][index % 3] ?? null,
    ip: `192.0.2.${index + 1}`,
    created_at: new Date(Date.UTC(2026, 0, 2) - index * DAY).toISOString(),
    expires_at: new Date(Date.UTC(2126, 0, 2)).toISOString(),
    is_current: index === 0,
  };
}

export default function totp(api: Api) {
  const message = (text: string) => json<Message>({ message: text });

  api.on("GET /totp/", json(totpStatus(false)));
  api.on("POST /totp/setup", json(setup));
  api.on("POST /totp/confirm", json({ codes }));
  api.on("POST /totp/recovery-codes", json({ codes }));
  api.on("DELETE /totp/", message("Authenticator app turned off"));
  api.on("GET /totp/devices/", json({ data: [0, 1, 2].map(trustedDevice), count: 3 }));
  api.on("POST /totp/devices/", message("This device is trusted"));
  api.on("DELETE /totp/devices/:id", message("The device is no longer trusted"));
  api.on(
    "GET /users/:user/totp/",
    json({ confirmed_at: "2026-01-02T03:04:05Z", recovery_codes_left: 2 }),
  );
  api.on("POST /users/:user/totp/reset", message("Authenticator app removed"));
}
