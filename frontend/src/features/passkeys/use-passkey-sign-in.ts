import { ApiError, readPasskeySignInOptions, signInWithPasskey, type UserPublic } from "@app/sdk";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { errorMessage } from "@/lib/errors";
import { getCredential, isConditionalSupported } from "./webauthn";

/** A challenge lives five minutes. The browser's offer at the email field gets a new one before that. */
const RENEW_MS = 4 * 60_000;

/** Signs in without typing: when the user asks for it, and by the browser's own offer at the email field. */
export function usePasskeySignIn(onSignedIn: (user: UserPublic) => Promise<void>) {
  const [error, setError] = useState("");
  const [isBusy, setIsBusy] = useState(false);
  const [round, setRound] = useState(0);
  // A browser has one request for a passkey at a time.
  const stopOffer = useRef(() => {});

  const offer = useEffectEvent(async (signal: AbortSignal) => {
    try {
      if ((await isConditionalSupported()) && !signal.aborted) {
        await onSignedIn(await signIn({ signal, isConditional: true }));
      }
    } catch (error) {
      // The user has not asked for the offer, so only a refusal of their passkey concerns them.
      if (signal.aborted || !(error instanceof ApiError)) return;
      setError(errorMessage(error));
      setRound((current) => current + 1);
    }
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: each round is a new offer
  useEffect(() => {
    const controller = new AbortController();
    stopOffer.current = () => controller.abort();
    void offer(controller.signal);
    const timer = setTimeout(() => setRound((current) => current + 1), RENEW_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [round]);

  async function start() {
    stopOffer.current();
    setError("");
    setIsBusy(true);
    try {
      await onSignedIn(await signIn());
    } catch (error) {
      setError(errorMessage(error));
      setRound((current) => current + 1);
    } finally {
      setIsBusy(false);
    }
  }

  return { start, error, isBusy };
}

async function signIn(request: Parameters<typeof getCredential>[1] = {}) {
  const { token, options } = (await readPasskeySignInOptions({ signal: request.signal })).data;
  const credential = await getCredential(options, request);
  return (await signInWithPasskey({ body: { token, credential } })).data;
}
