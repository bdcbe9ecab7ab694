import { User } from "lucide-react";
import { defineFeature } from "@/lib/define-feature";

export default defineFeature({
  checklist: [
    {
      title: "Tell your name",
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
});
