import {
  type Challenge,
  type Reauthentication,
  reauthenticate,
  startReauthentication,
  type UserPublic,
} from "@app/sdk";
import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState, useSyncExternalStore } from "react";
import { useForm } from "react-hook-form";
import { Form } from "@/components/form/form";
import { PasswordField } from "@/components/form/password-field";
import { SubmitButton } from "@/components/form/submit-button";
import { LoadError } from "@/components/layout/load-error";
import {
  AlertDialog,
  AlertDialogCancel,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogTitle,
} from "@/components/ui/alert-dialog";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { hasStatus } from "@/lib/errors";
import { challengeForms } from "@/lib/features";
import { findOpener, focusOpener } from "@/lib/overlay";
import { useSession } from "@/lib/session";
import { isChallengeOver } from "../challenge";
import { passwordSchema } from "../schemas";
import ChallengeStep from "./challenge-step";

const NO_FACTOR: Challenge = { token: "", kinds: {} };

/** Asks for a proof before a sensitive request is repeated. Without it, the request stays refused. */
export default function ProofDialog() {
  const { proof } = useSession();
  const [opener] = useState(findOpener);
  const asked = useSyncExternalStore(proof.subscribe, proof.asked);
  return (
    <AlertDialog open={asked !== undefined} onOpenChange={(open) => !open && proof.answer(false)}>
      <AlertDialogContent
        onOpenAutoFocus={focusPassword}
        onCloseAutoFocus={(event) => focusOpener(event, opener)}
      >
        <AlertDialogTitle>Confirm it's you</AlertDialogTitle>
        {asked && <Proof {...asked} />}
        <AlertDialogCancel asChild>
          <Button variant="outline" className="mt-3 w-full">
            Cancel
          </Button>
        </AlertDialogCancel>
      </AlertDialogContent>
    </AlertDialog>
  );
}

/** When the form is there already. A form that loads later focuses its first field itself. */
function focusPassword(event: Event) {
  const field = (event.currentTarget as HTMLElement).querySelector<HTMLElement>("[type=password]");
  if (!field) return;
  event.preventDefault();
  field.focus();
}

function Proof({ user, needsFactor }: { user: UserPublic; needsFactor: boolean }) {
  const session = useSession();
  const query = useQuery({
    queryKey: ["reauthentication"],
    queryFn: async ({ signal }) => (await startReauthentication({ signal })).data,
    // Without a feature that brings factors, nothing needs to be asked.
    enabled: challengeForms.length > 0,
    initialData: challengeForms.length > 0 ? undefined : NO_FACTOR,
    gcTime: 0,
    retry: false,
  });

  async function prove(body: Reauthentication) {
    try {
      await reauthenticate({ body });
    } catch (error) {
      if (isChallengeOver(error)) void query.refetch();
      if (isChallengeOver(error) || !hasStatus(error, 401)) throw error;
      session.proof.answer(false);
      return void session.expire();
    }
    session.proof.answer(true);
  }

  if (query.error) {
    return (
      <LoadError title="Couldn't start" error={query.error} onRetry={() => void query.refetch()} />
    );
  }
  if (!query.data) return <Skeleton className="mt-3 h-40" />;
  const hasFactor = Object.keys(query.data.kinds).length > 0;
  const password = <PasswordProof user={user} prove={prove} />;
  return (
    <>
      <AlertDialogDescription>
        {hasFactor
          ? "Confirm with a second factor to continue."
          : "Enter your password to continue."}
      </AlertDialogDescription>
      <div className="mt-3">
        {hasFactor ? (
          <ChallengeStep
            // A new challenge, after the one before has expired.
            key={query.data.token}
            challenge={query.data}
            password={needsFactor ? undefined : password}
            onAnswer={(challenge) => prove({ challenge })}
          />
        ) : (
          password
        )}
      </div>
    </>
  );
}

interface PasswordProofProps {
  user: UserPublic;
  prove: (body: Reauthentication) => Promise<void>;
}

function PasswordProof({ user, prove }: PasswordProofProps) {
  const form = useForm({
    resolver: standardSchemaResolver(passwordSchema),
    defaultValues: { password: "" },
  });
  const { setFocus } = form;
  // The dialog can be open already, while the challenge was loading.
  useEffect(() => setFocus("password"), [setFocus]);
  return (
    <Form form={form} className="grid gap-4" onSubmit={prove}>
      {/* Lets password managers match the password to the account. */}
      <input type="text" value={user.email} autoComplete="username" readOnly hidden />
      <PasswordField
        form={form}
        name="password"
        label="Password"
        placeholder="Password"
        autoComplete="current-password"
        data-testid="password-input"
      />
      <SubmitButton control={form.control}>Confirm</SubmitButton>
    </Form>
  );
}
