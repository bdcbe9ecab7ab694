import { logout, type UserPublic } from "@app/sdk";
import { readUserMeOptions } from "@app/sdk/react-query";
import { type QueryClient, queryOptions, useQuery } from "@tanstack/react-query";
import { type RegisteredRouter, redirect, useRouteContext } from "@tanstack/react-router";
import { hasUnsavedInput } from "@/lib/dirty";
import { hasStatus } from "@/lib/errors";
import { safePath } from "@/lib/safe-path";
import { createSignInQuestion, type SignInQuestion } from "@/lib/sign-in-question";

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
  /** The signed-in user changed their own account. */
  update(user: UserPublic): void;
  /** Logs out here and in every other tab. */
  end(): Promise<void>;
  /**
   * The API refused the session while somebody was working. They are asked to sign in again in place when there is
   * input to lose, and else on the login page. True when the request can be repeated.
   */
  expire(): Promise<boolean>;
  /** Somebody signed in again in place. The same user goes on with the page as it is, another one starts afresh. */
  resume(user: UserPublic): Promise<void>;
  /** Gives the input up for the login page. */
  leave(): void;
  question: SignInQuestion;
}

type Message = { type: "begin"; userId: string } | { type: "end" };

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
  const question = createSignInQuestion(() => session.leave());
  const me = () => queryClient.getQueryData(meQuery.queryKey);

  /** The same user has a session again: what is on screen stays, and is brought up to date. */
  function goOn(user?: UserPublic) {
    if (user) queryClient.setQueryData(meQuery.queryKey, user);
    question.answer(true);
    void queryClient.invalidateQueries();
  }

  async function showLogin(search: ReturnType<typeof loginSearch> = {}) {
    setHint(false);
    queryClient.clear();
    await getRouter().navigate({ to: "/login", search, ignoreBlocker: true });
    // The page that was on screen until now may have asked again.
    queryClient.clear();
  }

  const otherTabs = new BroadcastChannel("session");
  const tell = (message: Message) => otherTabs.postMessage(message);
  otherTabs.onmessage = ({ data }: MessageEvent<Message>) => {
    // What the other tab stored may arrive later than its message.
    setHint(data.type === "begin");
    if (data.type === "begin" && data.userId === me()?.id) return goOn();
    question.answer(false);
    queryClient.clear();
    void getRouter().invalidate();
  };

  const session: Session = {
    question,

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
      tell({ type: "begin", userId: user.id });
    },

    update(user) {
      queryClient.setQueryData(meQuery.queryKey, user);
    },

    async end() {
      await logout().catch((error) => {
        // Over already, which is what was asked for.
        if (!hasStatus(error, 401)) throw error;
      });
      tell({ type: "end" });
      await showLogin();
    },

    expire() {
      const user = me();
      // Without a known user it is the guard that asks, or several answers arrived and the first one did the work.
      if (!user) return Promise.resolve(false);
      if (hasUnsavedInput()) return question.ask(user);
      session.leave();
      return Promise.resolve(false);
    },

    async resume(user) {
      if (user.id === me()?.id) {
        setHint(true);
        tell({ type: "begin", userId: user.id });
        return goOn(user);
      }
      question.answer(false);
      session.begin(user);
      await getRouter().navigate({ to: "/", ignoreBlocker: true });
    },

    leave() {
      question.answer(false);
      void showLogin(loginSearch(getRouter().state.location.href));
    },
  };
  return session;
}

/** The signed-in user, on every page below the app layout. */
export function useMe(): UserPublic {
  const { user } = useRouteContext({ from: "/_app" });
  const { data = user } = useQuery(meQuery);
  return data;
}

/** The same with how it is known: for forms that change it. */
export const useMeRecord = () => useQuery(meQuery);

export function useSession(): Session {
  return useRouteContext({ from: "/_app", select: ({ session }) => session });
}
