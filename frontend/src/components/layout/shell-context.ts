import { createContext, use } from "react";
import { sidebarCollapsed } from "./sidebar-state";

interface Shell {
  showPalette: () => void;
  showShortcuts: () => void;
  logOut: () => void;
}

/** Provided by the shell. It is a file of its own because the overlays that the shell loads use it, too. */
export const ShellContext = createContext<Shell | null>(null);

/** The overlays and actions that the header, the menus and the palette can open from anywhere. */
export function useShell(): Shell {
  const shell = use(ShellContext);
  if (!shell) throw new Error("useShell outside of ShellProvider");
  return shell;
}

export const toggleSidebar = () => sidebarCollapsed.set(!sidebarCollapsed.get());
