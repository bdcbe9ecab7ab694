import type { OwnTotpStatus, TotpSetup, TrustedDevicePublic } from "@app/sdk";

export const CODES = Array.from({ length: 10 }, (_, index) => `K3QF-7ZLM-AX2P-${index}VNE`);

export const setup: TotpSetup = {
  secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
  uri: "otpauth://totp/App:ada%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=App",
  qr_code: "data:image/svg+xml;charset=utf-8,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E",
};

export function totpStatus(isOn: boolean, changes: Partial<OwnTotpStatus> = {}): OwnTotpStatus {
  return {
    confirmed_at: isOn ? "2026-01-02T03:04:05Z" : null,
    recovery_codes_left: isOn ? 8 : 0,
    trusted_device_days: 30,
    ...changes,
  };
}

export function trustedDevice(
  number: number,
  changes: Partial<TrustedDevicePublic> = {},
): TrustedDevicePublic {
  return {
    id: `0198a000-0000-7000-8000-00000000040${number}`,
    device: `Firefox on Linux ${number}`,
    ip: `192.0.2.${number}`,
    created_at: "2026-01-02T03:04:05Z",
    expires_at: "2126-02-01T03:04:05Z",
    is_current: false,
    ...changes,
  };
}
