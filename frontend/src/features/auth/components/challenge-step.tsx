import type { Challenge, ChallengeAnswer } from "@app/sdk";
import { type ReactNode, type RefObject, Suspense, useEffect, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { challengeForms } from "@/lib/features";

interface ChallengeStepProps {
  challenge: Challenge;
  isSignIn?: boolean;
  /** Sends an answer. Rejects with the API's error. */
  onAnswer: (answer: ChallengeAnswer, afterwards?: () => Promise<unknown>) => Promise<void>;
  /** The form for the password, if it can be chosen instead. */
  password?: ReactNode;
}

const FIRST = "input:not([hidden], [readonly], [type=checkbox]), [type=submit]";
const PASSWORD = { kind: "password", title: "Use your password" };

/** Asks for a second factor. Users with several choose one. */
export default function ChallengeStep(props: ChallengeStepProps) {
  const { challenge, isSignIn = false, onAnswer, password } = props;
  const forms = challengeForms.filter(({ kind }) => kind in challenge.kinds);
  const ways = [...forms, ...(password ? [PASSWORD] : [])];
  const [chosen, setChosen] = useState(ways[0]?.kind);
  const form = forms.find(({ kind }) => kind === chosen);
  const others = ways.filter(({ kind }) => kind !== chosen);
  const area = useRef<HTMLDivElement>(null);
  const [isListed, setIsListed] = useState(false);
  if (ways.length === 0)
    return <p role="alert">This page knows none of your second factors. Reload it.</p>;
  return (
    <div ref={area} className="grid gap-5">
      <Suspense fallback={<Skeleton className="h-28" />}>
        <Focus key={chosen} area={area} />
        {form ? (
          <form.form
            details={challenge.kinds[form.kind] ?? {}}
            isSignIn={isSignIn}
            submitLabel={isSignIn ? "Log In" : "Confirm"}
            onAnswer={(answer, afterwards) =>
              onAnswer({ token: challenge.token, kind: form.kind, answer }, afterwards)
            }
          />
        ) : (
          password
        )}
      </Suspense>
      {others.length > 0 && !isListed && (
        <Button
          variant="link"
          className="justify-self-start px-0"
          onClick={() => setIsListed(true)}
        >
          Use another way
        </Button>
      )}
      {others.length > 0 && isListed && (
        <ul aria-label="Other ways" className="grid justify-items-start gap-1">
          {others.map(({ kind, title }) => (
            <li key={kind}>
              <Button variant="link" className="px-0" onClick={() => setChosen(kind)}>
                {title}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Focuses the first field of the form, when its code has loaded. */
function Focus({ area }: { area: RefObject<HTMLElement | null> }) {
  useEffect(() => {
    area.current?.querySelector<HTMLElement>(FIRST)?.focus();
  }, [area]);
  return null;
}
