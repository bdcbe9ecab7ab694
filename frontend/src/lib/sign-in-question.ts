import type { UserPublic } from "@app/sdk";

/** Time for the dialog that asks to be loaded. */
const PATIENCE_MS = 5_000;

/** "Your session has ended, sign in again", asked once however many requests were refused. A dialog listens and asks. */
export interface SignInQuestion {
  /** Waits for the answer: true when the same user has a session again. */
  ask(user: UserPublic): Promise<boolean>;
  answer(isBack: boolean): void;
  /** Who is asked at the moment. */
  asked(): UserPublic | undefined;
  subscribe(listener: () => void): () => void;
}

/** `onUnheard`: the dialog did not come. */
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
        setTimeout(() => pending && listeners.size === 0 && onUnheard(), PATIENCE_MS);
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
