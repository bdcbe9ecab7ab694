import { lazy } from "react";
import { defineFeature } from "@/lib/define-feature";

export default defineFeature({
  slots: { "session.ended": lazy(() => import("./components/sign-in-again")) },
});
