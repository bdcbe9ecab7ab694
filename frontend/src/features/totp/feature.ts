import { Smartphone } from "lucide-react";
import { lazy } from "react";
import { defineFeature } from "@/lib/define-feature";

export default defineFeature({
  challenges: [
    {
      kind: "totp",
      title: "Use your authenticator app",
      order: 20,
      factor: "Authenticator app",
      form: lazy(() => import("./components/totp-challenge")),
    },
    {
      kind: "recovery_code",
      title: "Use a recovery code",
      order: 90,
      form: lazy(() => import("./components/recovery-challenge")),
    },
  ],
  securityEvents: {
    totp_turned_on: "Authenticator app set up",
    totp_turned_off: "Authenticator app turned off",
    totp_reset: "Authenticator app removed",
    recovery_code_used: "Recovery code used",
    recovery_codes_replaced: "New recovery codes created",
    device_trusted: "Device trusted",
    trusted_device_removed: "Trusted device removed",
  },
  userLinks: [{ title: "Authenticator app", icon: Smartphone, to: "/totp", param: "user" }],
  slots: { "settings.security": lazy(() => import("./components/security-cards")) },
});
