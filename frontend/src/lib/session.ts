import { logout, type UserPublic } from "@app/sdk";
import { readUserMeOptions } from "@app/sdk/react-query";
import { type QueryClient, queryOptions, useQuery } from "@tanstack/react-query";
import { type RegisteredRouter, redirect, useRouteContext } from "@tanstack/react-router";
import { hasUnsavedInput } from "@/lib/dirty";
import { hasStatus } from "@/lib/errors";
import { safePath } from "@/lib/safe-path";
import { createSignInQuestion, type SignInQuestion } from "@/lib/sign-in-question";
import { browserStorage } from "@/lib/storage";
import { tabsChannel } from "@/lib/tabs-channel";

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
  /** Asks the user to prove again who they are. Resolves to true when the request can be repeated. */
  prove(needsFactor: boolean): Promise<boolean>;
  /** Leads a user to the set-up of the second factor that the settings require. */
  setUpFactor(): void;
  question: SignInQuestion;
  proof: SignInQuestion;
}

type Message = { type: "begin"; userId: string } | { type: "end" };

const meQuery = queryOptions({ ...readUserMeOptions(), staleTime: 60_000 });

/**
 * Only a hint that there may be a session; it is never a secret. Without it the login page needs no request before it
 * shows.
 */
const HINT = "signed-in";

const setHint = (isSignedIn: boolean) => browserStorage.set(HINT, isSignedIn ? "true" : null);
const hasHint = () => browserStorage.get(HINT) !== null;

/** Why the login page shows. Without a notice the user came by themselves. */
export type LoginNotice = "expired" | "cookies";

declare module "@tanstack/react-router" {
  interface HistoryState {
    loginNotice?: LoginNotice;
  }
}

const SET_UP = "/settings/security";

/** A session that is refused so soon after sign-in never existed: the browser did not keep its cookie. */
const COOKIE_MS = 10_000;

function loginSearch(href: string) {
  const target = safePath(href);
  return target === undefined || target === "/" ? {} : { redirect: target };
}

export function createSession(
  queryClient: QueryClient,
  getRouter: () => RegisteredRouter,
): Session {
  const question = createSignInQuestion(() => leave("expired"));
  const proof: SignInQuestion = createSignInQuestion(() => proof.answer(false));
  const me = () => queryClient.getQueryData(meQuery.queryKey);

  /** The same user has a session again: the page stays and its data is refetched. */
  function keepPage(user?: UserPublic) {
    if (user) queryClient.setQueryData(meQuery.queryKey, user);
    question.answer(true);
    void queryClient.invalidateQueries();
  }

  async function showLogin(search: ReturnType<typeof loginSearch> = {}, loginNotice?: LoginNotice) {
    proof.answer(false);
    setHint(false);
    queryClient.clear();
    const state = { loginNotice };
    await getRouter().navigate({ to: "/login", search, state, ignoreBlocker: true });
    // The page that was shown until now may have sent requests.
    queryClient.clear();
  }

  const { post } = tabsChannel<Message>("session", (message) => {
    // The other tab's change to localStorage can arrive after its message.
    setHint(message.type === "begin");
    if (message.type === "begin" && message.userId === me()?.id) return keepPage();
    question.answer(false);
    queryClient.clear();
    // The user logged out there. A request of this page can have been refused before the message arrived.
    const { href, state } = getRouter().latestLocation;
    if (state.loginNotice) void getRouter().navigate({ href, state: {}, replace: true });
    else void getRouter().invalidate();
  });

  let begunAt = Number.NEGATIVE_INFINITY;
  let isEnding = false;
  const notice = (): LoginNotice =>
    performance.now() - begunAt < COOKIE_MS ? "cookies" : "expired";
  function leave(loginNotice?: LoginNotice) {
    // A second click, or another refused request: the login page is on its way.
    if (!me()) return;
    question.answer(false);
    void showLogin(loginSearch(getRouter().latestLocation.href), loginNotice);
  }

  const session: Session = {
    question,
    proof,

    async requireUser(href) {
      try {
        const user = await queryClient.ensureQueryData(meQuery);
        setHint(true);
        return user;
      } catch (error) {
        if (!hasStatus(error, 401)) throw error;
        const state = { loginNotice: hasHint() ? notice() : undefined };
        setHint(false);
        throw redirect({ to: "/login", search: loginSearch(href), state });
      }
    },

    async skipIfSignedIn(target) {
      if (!hasHint()) return;
      const user = await queryClient.ensureQueryData(meQuery).catch(() => undefined);
      if (user) throw redirect({ href: target ?? "/" });
      setHint(false);
    },

    begin(user) {
      begunAt = performance.now();
      queryClient.clear();
      queryClient.setQueryData(meQuery.queryKey, user);
      setHint(true);
      post({ type: "begin", userId: user.id });
    },

    update(user) {
      queryClient.setQueryData(meQuery.queryKey, user);
    },

    async end() {
      isEnding = true;
      try {
        await logout();
      } catch (error) {
        // With 401, the session is already over.
        if (!hasStatus(error, 401)) throw error;
      } finally {
        isEnding = false;
      }
      post({ type: "end" });
      await showLogin();
    },

    expire() {
      const user = me();
      // Without a user, either the guard is still asking, or an earlier response has handled the end of the session.
      if (!user || isEnding) return Promise.resolve(false);
      if (hasUnsavedInput()) return question.ask(user);
      leave(notice());
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

    leave: () => leave(),

    prove(needsFactor) {
      const user = me();
      return user ? proof.ask(user, needsFactor) : Promise.resolve(false);
    },

    setUpFactor() {
      const router = getRouter();
      if (router.latestLocation.pathname === SET_UP) return;
      void router.navigate({ to: SET_UP, replace: true, ignoreBlocker: true });
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

/** Also outside the signed-in pages, where nobody needs to be known. Sends no request. */
export const useCachedUser = () => useQuery({ ...meQuery, enabled: false }).data;

export function useSession(): Session {
  return useRouteContext({ from: "/_app", select: ({ session }) => session });
}
