import type { UserPublic } from "@app/sdk";
import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { useId, useSyncExternalStore } from "react";
import { useForm } from "react-hook-form";
import { Form } from "@/components/form/form";
import { PasswordField } from "@/components/form/password-field";
import { SubmitButton } from "@/components/form/submit-button";
import {
  AlertDialog,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogFooter,
  AlertDialogTitle,
} from "@/components/ui/alert-dialog";
import { Button } from "@/components/ui/button";
import { Field, FieldLabel } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { useSession } from "@/lib/session";
import { passwordSchema } from "../schemas";
import { useSignIn } from "../use-sign-in";

/** Asks for the password over a form with unsaved input, so that the input survives an expired session. */
export default function SignInAgain() {
  const { question } = useSession();
  const user = useSyncExternalStore(question.subscribe, question.asked)?.user;
  return (
    <AlertDialog open={user !== undefined}>
      <AlertDialogContent
        onOpenAutoFocus={focusPassword}
        onEscapeKeyDown={(event) => event.preventDefault()}
      >
        <AlertDialogTitle>Your session expired</AlertDialogTitle>
        <AlertDialogDescription>
          Log in again to continue. Your changes are still here.
        </AlertDialogDescription>
        {user && <SignInForm user={user} />}
      </AlertDialogContent>
    </AlertDialog>
  );
}

const focusPassword = ({ currentTarget }: Event) =>
  (currentTarget as HTMLElement).querySelector<HTMLElement>("[type=password]")?.focus();

function SignInForm({ user }: { user: UserPublic }) {
  const session = useSession();
  const emailId = useId();
  const form = useForm({
    resolver: standardSchemaResolver(passwordSchema),
    defaultValues: { password: "" },
  });
  const { signIn, step, isOver } = useSignIn(session.resume);
  if (step) return <div className="mt-3">{step}</div>;
  return (
    <Form
      form={form}
      className="mt-3 grid gap-4"
      onSubmit={({ password }) => signIn({ email: user.email, password })}
    >
      {isOver && <p role="status">The confirmation has expired. Log in again.</p>}
      {/* Read-only, but visible to password managers, which need it to find the password. */}
      <Field>
        <FieldLabel htmlFor={emailId}>Email</FieldLabel>
        <Input id={emailId} autoComplete="username" value={user.email} readOnly />
      </Field>
      <PasswordField
        form={form}
        name="password"
        label="Password"
        placeholder="Password"
        autoComplete="current-password"
        data-testid="password-input"
      />
      <AlertDialogFooter>
        <Button variant="outline" onClick={session.leave}>
          Use another account
        </Button>
        <SubmitButton control={form.control}>Log In</SubmitButton>
      </AlertDialogFooter>
    </Form>
  );
}
