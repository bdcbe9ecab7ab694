import { Package, Plus } from "lucide-react";
import { lazy } from "react";
import { defineFeature } from "@/lib/define-feature";

export default defineFeature({
  nav: [{ title: "Items", to: "/items", icon: Package, order: 10, keys: "g i" }],
  commands: [{ title: "Add Item", to: "/items", search: { new: true }, icon: Plus }],
  search: async (query, signal) => (await import("./api")).findItems(query, signal),
  checklist: [
    {
      title: "Add your first item",
      to: "/items",
      search: { new: true },
      order: 20,
      isDone: async (_, queryClient) => (await import("./api")).hasItems(queryClient),
    },
  ],
  userLinks: [{ title: "Show items", icon: Package, to: "/items", param: "owner" }],
  ownedRows: {
    noun: { one: "Item", many: "Items" },
    count: async (userId, signal) => (await import("./api")).countItemsOf(userId, signal),
  },
  slots: {
    "dashboard.stats": lazy(() => import("./components/item-stats")),
    "dashboard.cards": lazy(() => import("./components/recent-items")),
  },
});
