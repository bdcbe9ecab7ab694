import { History, ScrollText } from "lucide-react";
import { defineFeature } from "@/lib/define-feature";

export default defineFeature({
  nav: [
    {
      title: "Audit log",
      to: "/audit",
      icon: ScrollText,
      order: 40,
      area: "admin",
      superuser: true,
      keys: "g a",
    },
  ],
  commands: [
    {
      title: "Show changes of the last 24 hours",
      to: "/audit",
      search: { time: "day" },
      icon: History,
      superuser: true,
    },
  ],
  userLinks: [{ title: "Show changes by this user", icon: History, to: "/audit", param: "user" }],
});
