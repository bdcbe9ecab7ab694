import { Fingerprint } from "lucide-react";
import { lazy } from "react";
import { defineFeature } from "@/lib/define-feature";

export default defineFeature({
  userLinks: [{ title: "Passkeys", icon: Fingerprint, to: "/passkeys", param: "user" }],
  challenges: [
    {
      kind: "passkeys",
      title: "Use a passkey",
      order: 10,
      factor: "Passkey",
      form: lazy(() => import("./components/challenge-form")),
    },
  ],
  securityEvents: {
    passkey_added: "Passkey added",
    passkey_removed: "Passkey removed",
    passkeys_reset: "All passkeys removed",
    passkey_counter_regressed: "Copied passkey refused",
  },
  loginAutoComplete: "webauthn",
  slots: {
    "login.options": lazy(() => import("./components/login-option")),
    "settings.security": lazy(() => import("./components/own-passkeys")),
  },
});
