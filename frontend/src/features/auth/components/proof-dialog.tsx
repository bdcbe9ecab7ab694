import { reauthenticate } from "@app/sdk";
import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { useState, useSyncExternalStore } from "react";
import { useForm } from "react-hook-form";
import { Form } from "@/components/form/form";
import { PasswordField } from "@/components/form/password-field";
import { SubmitButton } from "@/components/form/submit-button";
import {
  AlertDialog,
  AlertDialogCancel,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogFooter,
  AlertDialogTitle,
} from "@/components/ui/alert-dialog";
import { Button } from "@/components/ui/button";
import { hasStatus } from "@/lib/errors";
import { findOpener, focusOpener } from "@/lib/overlay";
import { useSession } from "@/lib/session";
import { passwordSchema } from "../schemas";

/** Asks for the password before a sensitive request is repeated. Without it, the request stays refused. */
export default function ProofDialog() {
  const session = useSession();
  const [opener] = useState(findOpener);
  const user = useSyncExternalStore(session.proof.subscribe, session.proof.asked);
  const form = useForm({
    resolver: standardSchemaResolver(passwordSchema),
    defaultValues: { password: "" },
  });
  return (
    <AlertDialog
      open={user !== undefined}
      onOpenChange={(open) => !open && session.proof.answer(false)}
    >
      <AlertDialogContent
        onOpenAutoFocus={() => form.setFocus("password")}
        onCloseAutoFocus={(event) => focusOpener(event, opener)}
      >
        <AlertDialogTitle>Confirm it's you</AlertDialogTitle>
        <AlertDialogDescription>Enter your password to continue.</AlertDialogDescription>
        <Form
          form={form}
          className="mt-3 grid gap-4"
          onSubmit={async (body) => {
            try {
              await reauthenticate({ body });
            } catch (error) {
              if (!hasStatus(error, 401)) throw error;
              session.proof.answer(false);
              return void session.expire();
            }
            session.proof.answer(true);
          }}
        >
          {/* Lets password managers match the password to the account. */}
          <input type="text" value={user?.email ?? ""} autoComplete="username" readOnly hidden />
          <PasswordField
            form={form}
            name="password"
            label="Password"
            placeholder="Password"
            autoComplete="current-password"
            data-testid="password-input"
          />
          <AlertDialogFooter>
            <AlertDialogCancel asChild>
              <Button variant="outline">Cancel</Button>
            </AlertDialogCancel>
            <SubmitButton control={form.control}>Confirm</SubmitButton>
          </AlertDialogFooter>
        </Form>
      </AlertDialogContent>
    </AlertDialog>
  );
}
