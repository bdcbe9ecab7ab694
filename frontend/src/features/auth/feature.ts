import { MonitorSmartphone, ShieldCheck } from "lucide-react";
import { lazy } from "react";
import { defineFeature } from "@/lib/define-feature";

export default defineFeature({
  settings: [
    { title: "Security", to: "/settings/security", order: 20 },
    { title: "Activity", to: "/settings/activity", order: 30 },
  ],
  userLinks: [
    { title: "Sessions", icon: MonitorSmartphone, to: "/sessions", param: "user" },
    { title: "Activity", icon: ShieldCheck, to: "/activity", param: "user" },
  ],
  slots: {
    "session.ended": lazy(() => import("./components/sign-in-again")),
    "session.proof": lazy(() => import("./components/proof-dialog")),
  },
});
