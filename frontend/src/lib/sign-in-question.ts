import type { UserPublic } from "@app/sdk";

/**
 * "Your session has ended, sign in again", asked once however many requests were refused. Only while a dialog listens:
 * where there is nothing to lose, or the dialog did not load, the login page does it.
 */
export interface SignInQuestion {
  canBeAsked(): boolean;
  /** Waits for the answer: true when the same user has a session again. */
  ask(user: UserPublic): Promise<boolean>;
  answer(isBack: boolean): void;
  /** Who is asked at the moment. */
  asked(): UserPublic | undefined;
  subscribe(listener: () => void): () => void;
}

export function createSignInQuestion(): SignInQuestion {
  const listeners = new Set<() => void>();
  let pending: { user: UserPublic; resolve: (isBack: boolean) => void } | undefined;
  let answered = Promise.resolve(false);

  function change(next: typeof pending) {
    pending = next;
    for (const listener of listeners) listener();
  }

  return {
    canBeAsked: () => listeners.size > 0,
    ask(user) {
      if (!pending) {
        answered = new Promise((resolve) => change({ user, resolve }));
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
