import { KeyRound } from "lucide-react";
import { defineFeature } from "@/lib/define-feature";

export default defineFeature({
  settings: [{ title: "API tokens", to: "/settings/tokens", order: 25 }],
  userLinks: [{ title: "API tokens", icon: KeyRound, to: "/tokens", param: "user" }],
});
