import { logout, type UserPublic } from "@app/sdk";
import { readUserMeOptions } from "@app/sdk/react-query";
import { type QueryClient, queryOptions, useQuery } from "@tanstack/react-query";
import { type RegisteredRouter, redirect, useRouteContext } from "@tanstack/react-router";
import { hasStatus } from "@/lib/errors";
import { safePath } from "@/lib/safe-path";

/**
 * Everything the dashboard knows about the session. The session itself is an HttpOnly cookie that script cannot read:
 * whether there is one is asked of the API, and known here as the cached answer of `GET /users/me`.
 */
export interface Session {
  /** Guard of the signed-in pages: the user, or a redirect to the login page that leads back to `href`. */
  requireUser(href: string): Promise<UserPublic>;
  /** Guard of the login and signup pages: who is signed in goes on to where they wanted to be. */
  skipIfSignedIn(target: string | undefined): Promise<void>;
  /** Starts with a clean cache, so that nothing of an earlier user is left. */
  begin(user: UserPublic): void;
  /** Logs out here and in every other tab. */
  end(): Promise<void>;
  /** The API refused the session while somebody was working. */
  expire(): void;
}

const meQuery = queryOptions({ ...readUserMeOptions(), staleTime: 60_000 });

/** Says only that asking is worth it: without it the login page needs no request before it shows. Never a secret. */
const HINT = "signed-in";

function setHint(isSignedIn: boolean) {
  if (isSignedIn) localStorage.setItem(HINT, "true");
  else localStorage.removeItem(HINT);
}

function loginSearch(href: string) {
  const target = safePath(href);
  return target === undefined || target === "/" ? {} : { redirect: target };
}

export function createSession(
  queryClient: QueryClient,
  getRouter: () => RegisteredRouter,
): Session {
  const otherTabs = new BroadcastChannel("session");
  otherTabs.onmessage = ({ data }: MessageEvent<"begin" | "end">) => {
    // What the other tab stored may arrive later than its message.
    setHint(data === "begin");
    queryClient.clear();
    void getRouter().invalidate();
  };

  return {
    async requireUser(href) {
      try {
        const user = await queryClient.ensureQueryData(meQuery);
        setHint(true);
        return user;
      } catch (error) {
        if (!hasStatus(error, 401)) throw error;
        setHint(false);
        throw redirect({ to: "/login", search: loginSearch(href) });
      }
    },

    async skipIfSignedIn(target) {
      if (!localStorage.getItem(HINT)) return;
      const user = await queryClient.ensureQueryData(meQuery).catch(() => undefined);
      if (user) throw redirect({ href: target ?? "/" });
      setHint(false);
    },

    begin(user) {
      queryClient.clear();
      queryClient.setQueryData(meQuery.queryKey, user);
      setHint(true);
      otherTabs.postMessage("begin");
    },

    async end() {
      await logout().catch((error) => {
        // Over already, which is what was asked for.
        if (!hasStatus(error, 401)) throw error;
      });
      setHint(false);
      queryClient.clear();
      otherTabs.postMessage("end");
      await getRouter().navigate({ to: "/login" });
    },

    expire() {
      // Without a known user it is the guard that asks, or several answers arrived and the first one did the work.
      if (!queryClient.getQueryData(meQuery.queryKey)) return;
      const router = getRouter();
      setHint(false);
      queryClient.clear();
      void router.navigate({ to: "/login", search: loginSearch(router.state.location.href) });
    },
  };
}

/** The signed-in user, on every page below the app layout. */
export function useMe(): UserPublic {
  const { user } = useRouteContext({ from: "/_app" });
  const { data = user } = useQuery(meQuery);
  return data;
}
