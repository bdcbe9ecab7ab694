import { KeyRound } from "lucide-react";
import { defineFeature } from "@/lib/define-feature";

export default defineFeature({
  settings: [{ title: "API tokens", to: "/settings/tokens", order: 25 }],
  securityEvents: {
    api_token_created: "API token created",
    api_token_revoked: "API token revoked",
  },
  userLinks: [{ title: "API tokens", icon: KeyRound, to: "/tokens", param: "user" }],
});
