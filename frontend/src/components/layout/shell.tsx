import { CatchBoundary, useLocation, useNavigate } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useEffect, useSyncExternalStore } from "react";
import { useHasUnsavedInput } from "@/lib/dirty";
import { navEntries, visibleTo } from "@/lib/features";
import { registerHotkey, useHotkey } from "@/lib/hotkeys";
import { useOverlay } from "@/lib/overlay";
import { useMe, useSession } from "@/lib/session";
import { toastError } from "@/lib/toast";
import { ShellContext, toggleSidebar } from "./shell-context";
import { Slot } from "./slot";

const CommandPalette = lazy(() => import("./command-palette"));
const LogOutDialog = lazy(() => import("./log-out-dialog"));
const ShortcutsSheet = lazy(() => import("./shortcuts-sheet"));

/** The overlays and shortcuts of every signed-in page. Each overlay is loaded on first use. */
export function ShellProvider({ children }: { children: ReactNode }) {
  const palette = useOverlay<never>();
  const shortcuts = useOverlay<never>();
  const logOutQuestion = useOverlay<never>();
  const hasUnsavedInput = useHasUnsavedInput();
  const session = useSession();
  const isProving = useSyncExternalStore(session.proof.watch, session.proof.asked) !== undefined;
  const logOut = () => void session.end().catch(toastError);
  const shell = {
    showPalette: () => palette.show(),
    showShortcuts: () => shortcuts.show(),
    logOut: () => (hasUnsavedInput ? logOutQuestion.show() : logOut()),
  };

  // Back leads to another page: these overlays are not part of the URL.
  const pathname = useLocation({ select: (location) => location.pathname });
  const { hide: hidePalette } = palette;
  const { hide: hideShortcuts } = shortcuts;
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    hidePalette();
    hideShortcuts();
  }, [pathname]);

  useHotkey("mod+k", shell.showPalette, "Search and commands", "General");
  useHotkey("?", shell.showShortcuts, "Keyboard shortcuts", "General");
  useHotkey("[", toggleSidebar, "Collapse or expand the sidebar", "General");
  usePageHotkeys();

  return (
    <ShellContext value={shell}>
      {children}
      {hasUnsavedInput && <Slot name="session.ended" />}
      {isProving && <Slot name="session.proof" />}
      {/* An overlay that fails to load must not break the page. */}
      <CatchBoundary
        getResetKey={() => palette.key + shortcuts.key + logOutQuestion.key}
        errorComponent={() => null}
      >
        <Suspense>
          {palette.key > 0 && <CommandPalette key={`palette-${palette.key}`} overlay={palette} />}
          {shortcuts.key > 0 && <ShortcutsSheet overlay={shortcuts} />}
          {logOutQuestion.key > 0 && <LogOutDialog overlay={logOutQuestion} onConfirm={logOut} />}
        </Suspense>
      </CatchBoundary>
    </ShellContext>
  );
}

/** "g i" and similar shortcuts from the features' navigation. */
function usePageHotkeys() {
  const me = useMe();
  const navigate = useNavigate();
  useEffect(() => {
    const undo = navEntries.filter(visibleTo(me)).flatMap(({ keys, title, to }) => {
      if (!keys) return [];
      const run = () => void navigate({ to });
      return [registerHotkey({ keys, description: title, section: "Go to", run })];
    });
    return () => {
      for (const remove of undo) remove();
    };
  }, [me, navigate]);
}
