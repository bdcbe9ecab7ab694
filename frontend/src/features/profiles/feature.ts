import { IdCard } from "lucide-react";
import { defineFeature } from "@/lib/define-feature";

export default defineFeature({
  settings: [{ title: "Profile details", to: "/settings/profiles", order: 5 }],
  userLinks: [{ title: "Profile details", icon: IdCard, to: "/profiles", param: "user" }],
  loginName: "username",
});
