import { User, UserPlus, Users } from "lucide-react";
import { lazy } from "react";
import { defineFeature } from "@/lib/define-feature";

export default defineFeature({
  nav: [
    {
      title: "Users",
      to: "/admin",
      icon: Users,
      order: 10,
      area: "admin",
      superuser: true,
      keys: "g u",
    },
  ],
  commands: [
    { title: "Add User", to: "/admin", search: { new: true }, icon: UserPlus, superuser: true },
  ],
  search: async (query, signal) => (await import("./api")).findUsers(query, signal),
  checklist: [
    {
      title: "Add your name",
      to: "/settings",
      order: 0,
      isDone: ({ full_name }) => Boolean(full_name),
    },
    {
      title: "Add a picture",
      to: "/settings",
      order: 10,
      isDone: ({ avatar_url }) => avatar_url !== null,
    },
  ],
  settings: [
    { title: "My profile", to: "/settings", order: 0, menuIcon: User },
    { title: "Password", to: "/settings/password", order: 10 },
    { title: "Danger zone", to: "/settings/danger", order: 100 },
  ],
  slots: { "dashboard.admin": lazy(() => import("./components/user-totals")) },
});
