import type { QueryClient } from "@tanstack/react-query";
import { CatchBoundary, createRootRouteWithContext, Outlet } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { RouteChange } from "@/components/layout/route-change";
import { useCompositionGuard } from "@/lib/composition";
import { idle } from "@/lib/lazy-on-idle";
import type { Session } from "@/lib/session";

export interface RouterContext {
  queryClient: QueryClient;
  session: Session;
}

declare module "@tanstack/react-router" {
  interface StaticDataRouteOption {
    /** For the document and the breadcrumb. */
    title?: string;
  }
}

// Not needed for the first paint, and a failure to load toasts must not fail the page.
const Toaster = lazy(async () => {
  await idle();
  return import("@/components/ui/sonner");
});

export const Route = createRootRouteWithContext<RouterContext>()({
  component: Root,
});

function Root() {
  useCompositionGuard();
  return (
    <>
      <RouteChange />
      <Outlet />
      <CatchBoundary getResetKey={() => ""} errorComponent={() => null}>
        <Suspense>
          <Toaster />
        </Suspense>
      </CatchBoundary>
    </>
  );
}
