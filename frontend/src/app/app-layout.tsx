import { createFileRoute, Outlet } from "@tanstack/react-router";
import { Header } from "@/components/layout/header";
import { ShellProvider } from "@/components/layout/shell";
import { Sidebar } from "@/components/layout/sidebar";
import { sidebarCollapsed } from "@/components/layout/sidebar-state";
import { SkipLink } from "@/components/layout/skip-link";
import { Slot } from "@/components/layout/slot";
import { TooltipProvider } from "@/components/ui/tooltip";
import { useIsWide } from "@/lib/media";
import { useMe } from "@/lib/session";

export const Route = createFileRoute("/_app")({
  beforeLoad: async ({ context, location }) => ({
    user: await context.session.requireUser(location.href),
  }),
  component: AppLayout,
});

function AppLayout() {
  const isWide = useIsWide();
  const isCollapsed = sidebarCollapsed.use();
  const { id } = useMe();
  return (
    <TooltipProvider delayDuration={400}>
      <Slot name="session.open" />
      {/* Resets everything that one user typed when another user signs in. */}
      <ShellProvider key={id}>
        <div className="flex min-h-dvh print:block">
          <SkipLink />
          {isWide && (
            <aside
              className={`sticky top-0 h-dvh shrink-0 border-e bg-sidebar print:hidden ${isCollapsed ? "w-14" : "w-60"}`}
            >
              <Sidebar isCollapsed={isCollapsed} />
            </aside>
          )}
          <div className="flex min-w-0 flex-1 flex-col">
            <Header isWide={isWide} />
            <main
              id="main"
              tabIndex={-1}
              className="flex-1 px-4 py-8 outline-none md:px-8 print:p-0"
            >
              <Outlet />
            </main>
          </div>
        </div>
      </ShellProvider>
    </TooltipProvider>
  );
}
