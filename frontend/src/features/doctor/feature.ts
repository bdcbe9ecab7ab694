import { Stethoscope } from "lucide-react";
import { defineFeature } from "@/lib/define-feature";

export default defineFeature({
  nav: [
    {
      title: "System health",
      to: "/doctor",
      icon: Stethoscope,
      order: 90,
      area: "admin",
      superuser: true,
    },
  ],
});
