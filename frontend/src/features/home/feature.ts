import { LayoutDashboard } from "lucide-react";
import { defineFeature } from "@/lib/define-feature";

export default defineFeature({
  nav: [{ title: "Dashboard", to: "/", icon: LayoutDashboard, order: 0, keys: "g d" }],
});
