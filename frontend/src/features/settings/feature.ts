import { Palette, Settings } from "lucide-react";
import { defineFeature } from "@/lib/define-feature";

export default defineFeature({
  nav: [{ title: "Settings", to: "/settings", icon: Settings, order: 90, keys: "g s" }],
  settings: [{ title: "Appearance", to: "/settings/appearance", order: 80, menuIcon: Palette }],
});
