import { ListChecks, Mail, MailX, Waypoints } from "lucide-react";
import { defineFeature } from "@/lib/define-feature";

const admin = { area: "admin", superuser: true } as const;

export default defineFeature({
  nav: [
    { ...admin, title: "Jobs", to: "/jobs", icon: ListChecks, order: 50, keys: "g j" },
    { ...admin, title: "Mail", to: "/mail", icon: Mail, order: 60, keys: "g m" },
    { ...admin, title: "Requests", to: "/requests", icon: Waypoints, order: 70, keys: "g r" },
  ],
  requestPath: (id) => `/requests/${encodeURIComponent(id)}`,
  commands: [
    {
      title: "Show failed jobs",
      to: "/jobs",
      search: { state: "failed" },
      icon: ListChecks,
      superuser: true,
    },
    {
      title: "Show failed mails",
      to: "/mail",
      search: { state: "failed" },
      icon: MailX,
      superuser: true,
    },
  ],
});
