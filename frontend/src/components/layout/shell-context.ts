import { createContext, use } from "react";
import { sidebarCollapsed } from "./sidebar-state";

interface Shell {
  showPalette: () => void;
  showShortcuts: () => void;
  logOut: () => void;
}

/** In a separate file, because the overlays that the shell loads use it as well. */
export const ShellContext = createContext<Shell | null>(null);

/** The overlays and actions that any part of the layout can open. */
export function useShell(): Shell {
  const shell = use(ShellContext);
  if (!shell) throw new Error("useShell outside of ShellProvider");
  return shell;
}

export const toggleSidebar = () => sidebarCollapsed.set(!sidebarCollapsed.get());
