import { Package } from "lucide-react";
import { lazy } from "react";
import { defineFeature } from "@/lib/define-feature";

export default defineFeature({
  nav: [{ title: "Items", to: "/items", icon: Package, order: 10 }],
  checklist: [
    {
      title: "Add your first item",
      to: "/items",
      search: { new: true },
      order: 20,
      isDone: async (_, queryClient) => (await import("./api")).hasItems(queryClient),
    },
  ],
  slots: { "dashboard.cards": lazy(() => import("./components/recent-items")) },
});
