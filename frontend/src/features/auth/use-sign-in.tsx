import {
  type Challenge,
  type ChallengeAnswer,
  type LoginSession,
  loginChallenge,
  loginSession,
  type UserPublic,
} from "@app/sdk";
import { lazy, Suspense, useState } from "react";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { challengeOf, isChallengeOver } from "./challenge";
import { requireCookies } from "./cookies";

const ChallengeStep = lazy(() => import("./components/challenge-step"));

/**
 * Signs in with a password, and with a second factor if the user has one. `step` then replaces the form for the
 * password. `isOver` says that the user has to start again, because the step took too long or had too many wrong answers.
 */
export function useSignIn(onSignedIn: (user: UserPublic) => Promise<void>) {
  const [challenge, setChallenge] = useState<Challenge>();
  const [isOver, setIsOver] = useState(false);

  function restart(isOver: boolean) {
    setChallenge(undefined);
    setIsOver(isOver);
  }

  async function signIn(body: LoginSession) {
    requireCookies();
    setIsOver(false);
    let user: UserPublic;
    try {
      ({ data: user } = await loginSession({ body }));
    } catch (error) {
      const required = challengeOf(error);
      if (!required) throw error;
      return setChallenge(required);
    }
    await onSignedIn(user);
  }

  async function answer(body: ChallengeAnswer, afterwards?: () => Promise<unknown>) {
    let user: UserPublic;
    try {
      ({ data: user } = await loginChallenge({ body }));
    } catch (error) {
      if (!isChallengeOver(error)) throw error;
      return restart(true);
    }
    await afterwards?.();
    await onSignedIn(user);
  }

  const step = challenge && (
    <Suspense fallback={<Skeleton className="h-40" />}>
      <ChallengeStep challenge={challenge} isSignIn onAnswer={answer} />
      <Button variant="link" className="mt-2 px-0" onClick={() => restart(false)}>
        Start over
      </Button>
    </Suspense>
  );
  return { signIn, step, isOver };
}
