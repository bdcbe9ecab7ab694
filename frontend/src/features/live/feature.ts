import { defineFeature } from "@/lib/define-feature";
import { LiveUpdates } from "./components/live-updates";

export default defineFeature({
  slots: { "session.open": LiveUpdates },
});
