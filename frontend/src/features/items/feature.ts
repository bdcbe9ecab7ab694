import { Package } from "lucide-react";
import { lazy } from "react";
import { defineFeature } from "@/lib/define-feature";

export default defineFeature({
  nav: [{ title: "Items", to: "/items", icon: Package, order: 10 }],
  slots: { "dashboard.cards": lazy(() => import("./components/recent-items")) },
});
