import { storedFlag } from "@/lib/stored-flag";

export const sidebarCollapsed = storedFlag("sidebar-collapsed");
