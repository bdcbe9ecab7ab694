import { logout, type UserPublic } from "@app/sdk";
import { readUserMeOptions } from "@app/sdk/react-query";
import { type QueryClient, queryOptions, useQuery } from "@tanstack/react-query";
import { type RegisteredRouter, redirect, useRouteContext } from "@tanstack/react-router";
import { hasUnsavedInput } from "@/lib/dirty";
import { hasStatus } from "@/lib/errors";
import { safePath } from "@/lib/safe-path";
import { createSignInQuestion, type SignInQuestion } from "@/lib/sign-in-question";

/**
 * The dashboard's view of the session. The session itself is an HttpOnly cookie that scripts cannot read. Only the API
 * knows whether there is one; here the cached response of `GET /users/me` stands for it.
 */
export interface Session {
  /** Guard of the signed-in pages: returns the user, or redirects to the login page, which leads back to `href`. */
  requireUser(href: string): Promise<UserPublic>;
  /** Guard of the login and sign-up pages: redirects signed-in users to `target`. */
  skipIfSignedIn(target: string | undefined): Promise<void>;
  /** Starts with an empty cache, so that no data of an earlier user remains. */
  begin(user: UserPublic): void;
  /** Stores the user after they changed their own account. */
  update(user: UserPublic): void;
  /** Logs out here and in every other tab. */
  end(): Promise<void>;
  /**
   * Handles a session that the API refused while the user was working. With unsaved input they can sign in again in
   * place, otherwise on the login page. Resolves to true when the request can be repeated.
   */
  expire(): Promise<boolean>;
  /** Handles a new sign-in in place. The same user keeps the page; another user starts on the dashboard. */
  resume(user: UserPublic): Promise<void>;
  /** Discards the input and shows the login page. */
  leave(): void;
  question: SignInQuestion;
}

type Message = { type: "begin"; userId: string } | { type: "end" };

const meQuery = queryOptions({ ...readUserMeOptions(), staleTime: 60_000 });

/**
 * Only a hint that there may be a session; it is never a secret. Without it the login page needs no request before it
 * shows.
 */
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

  /** The same user has a session again: the page stays and its data is refetched. */
  function keepPage(user?: UserPublic) {
    if (user) queryClient.setQueryData(meQuery.queryKey, user);
    question.answer(true);
    void queryClient.invalidateQueries();
  }

  async function showLogin(search: ReturnType<typeof loginSearch> = {}) {
    setHint(false);
    queryClient.clear();
    await getRouter().navigate({ to: "/login", search, ignoreBlocker: true });
    // The page that was shown until now may have sent requests.
    queryClient.clear();
  }

  const otherTabs = new BroadcastChannel("session");
  const post = (message: Message) => otherTabs.postMessage(message);
  otherTabs.onmessage = ({ data }: MessageEvent<Message>) => {
    // The other tab's change to localStorage can arrive after its message.
    setHint(data.type === "begin");
    if (data.type === "begin" && data.userId === me()?.id) return keepPage();
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
      post({ type: "begin", userId: user.id });
    },

    update(user) {
      queryClient.setQueryData(meQuery.queryKey, user);
    },

    async end() {
      await logout().catch((error) => {
        // The session is already over.
        if (!hasStatus(error, 401)) throw error;
      });
      post({ type: "end" });
      await showLogin();
    },

    expire() {
      const user = me();
      // Without a user, either the guard is still asking, or an earlier response has handled the end of the session.
      if (!user) return Promise.resolve(false);
      if (hasUnsavedInput()) return question.ask(user);
      session.leave();
      return Promise.resolve(false);
    },

    async resume(user) {
      if (user.id === me()?.id) {
        setHint(true);
        post({ type: "begin", userId: user.id });
        return keepPage(user);
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

/** The same as a query result, for forms that change it. */
export const useMeRecord = () => useQuery(meQuery);

export function useSession(): Session {
  return useRouteContext({ from: "/_app", select: ({ session }) => session });
}
