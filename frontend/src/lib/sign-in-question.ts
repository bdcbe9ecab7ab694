import type { UserPublic } from "@app/sdk";

/** Maximum time to load the dialog. */
const LOAD_MS = 5_000;

interface Asked {
  user: UserPublic;
  needsFactor: boolean;
}

/**
 * Asks the user to sign in again, or to prove again who they are, once for any number of refused requests. A dialog
 * subscribes and shows the question.
 */
export interface SignInQuestion {
  /** Resolves to true when the request can be repeated. With `needsFactor`, a password is not enough. */
  ask(user: UserPublic, needsFactor?: boolean): Promise<boolean>;
  answer(isBack: boolean): void;
  /** Who is being asked now. */
  asked(): Asked | undefined;
  /** For the dialog: somebody hears the question. */
  subscribe(listener: () => void): () => void;
  /** For the place that mounts the dialog when it is needed. */
  watch(listener: () => void): () => void;
}

/** `onUnheard` is called when the dialog did not load. */
export function createSignInQuestion(onUnheard: () => void): SignInQuestion {
  const listeners = new Set<() => void>();
  const watchers = new Set<() => void>();
  const addTo = (set: Set<() => void>) => (listener: () => void) => {
    set.add(listener);
    return () => void set.delete(listener);
  };
  let pending: (Asked & { resolve: (isBack: boolean) => void }) | undefined;
  let answered = Promise.resolve(false);

  function change(next: typeof pending) {
    pending = next;
    for (const listener of [...listeners, ...watchers]) listener();
  }

  return {
    ask(user, needsFactor = false) {
      if (!pending) {
        answered = new Promise((resolve) => change({ user, needsFactor, resolve }));
        setTimeout(() => pending && listeners.size === 0 && onUnheard(), LOAD_MS);
      }
      return answered;
    },
    answer(isBack) {
      pending?.resolve(isBack);
      change(undefined);
    },
    asked: () => pending,
    subscribe: addTo(listeners),
    watch: addTo(watchers),
  };
}
