import type { UserPublic } from "@app/sdk";

/** Maximum time to load the dialog. */
const LOAD_MS = 5_000;

/**
 * Asks the user to sign in again, once for any number of refused requests. A dialog subscribes and shows the question.
 */
export interface SignInQuestion {
  /** Resolves to true when the same user has a session again. */
  ask(user: UserPublic): Promise<boolean>;
  answer(isBack: boolean): void;
  /** The user who is being asked now. */
  asked(): UserPublic | undefined;
  subscribe(listener: () => void): () => void;
}

/** `onUnheard` is called when the dialog did not load. */
export function createSignInQuestion(onUnheard: () => void): SignInQuestion {
  const listeners = new Set<() => void>();
  let pending: { user: UserPublic; resolve: (isBack: boolean) => void } | undefined;
  let answered = Promise.resolve(false);

  function change(next: typeof pending) {
    pending = next;
    for (const listener of listeners) listener();
  }

  return {
    ask(user) {
      if (!pending) {
        answered = new Promise((resolve) => change({ user, resolve }));
        setTimeout(() => pending && listeners.size === 0 && onUnheard(), LOAD_MS);
      }
      return answered;
    },
    answer(isBack) {
      pending?.resolve(isBack);
      change(undefined);
    },
    asked: () => pending?.user,
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
