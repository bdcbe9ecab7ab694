import { QueryClientProvider } from "@tanstack/react-query";
import { createBrowserHistory, createRouter, type RouterHistory } from "@tanstack/react-router";
import { configureApi } from "@/lib/api";
import { tidyAddress } from "@/lib/canonical-path";
import { createQueryClient } from "@/lib/query";
import { parseSearch, stringifySearch } from "@/lib/search-params";
import { createSession, type Session } from "@/lib/session";
import { routeTree } from "@/routeTree.gen";
import { NotFound, PendingPage, RouteError } from "./boundaries";
import type { RouterContext } from "./root";

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}

/** Creates everything that has state: once in main.tsx, and once per test. */
export function createApp(history: RouterHistory = createBrowserHistory()) {
  tidyAddress(history);
  const queryClient = createQueryClient();
  const session: Session = createSession(queryClient, () => router);
  const router = createAppRouter({ queryClient, session }, history);
  configureApi({
    onUnauthorized: () => session.expire(),
    onProofRequired: session.prove,
    onSetUpRequired: session.setUpFactor,
  });
  return { router, queryClient, session };
}

function createAppRouter(context: RouterContext, history: RouterHistory) {
  return createRouter({
    routeTree,
    context,
    history,
    parseSearch,
    stringifySearch,
    defaultPreload: "intent",
    // TanStack Query decides when data is stale.
    defaultPreloadStaleTime: 0,
    defaultPendingMs: 150,
    defaultPendingMinMs: 300,
    defaultPendingComponent: PendingPage,
    defaultErrorComponent: RouteError,
    defaultNotFoundComponent: NotFound,
    scrollRestoration: true,
    Wrap: ({ children }) => (
      <QueryClientProvider client={context.queryClient}>{children}</QueryClientProvider>
    ),
  });
}
