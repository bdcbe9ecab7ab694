import { useForm } from "react-hook-form";
import { Form } from "@/components/form/form";
import { SubmitButton } from "@/components/form/submit-button";
import type { ChallengeFormProps } from "@/lib/define-feature";
import { hasStatus, UserError } from "@/lib/errors";
import { getCredential, type Options } from "../webauthn";

/** Proves with a passkey. The user starts it: browsers can refuse a dialog that a page opens by itself. */
export default function ChallengeForm({ details, isSignIn, onAnswer }: ChallengeFormProps) {
  const form = useForm();
  return (
    <Form
      form={form}
      className="grid gap-4"
      onSubmit={async () => {
        const answer = await getCredential(details.options as Options);
        await onAnswer(answer).catch((error) => {
          throw hasStatus(error, 400) ? new UserError(REFUSED) : error;
        });
      }}
    >
      <p className="text-muted-foreground text-pretty">
        Your browser asks for your passkey: your device's PIN, finger or face, or a security key.
      </p>
      <SubmitButton control={form.control} className="w-full">
        {isSignIn ? "Sign in with a passkey" : "Confirm with a passkey"}
      </SubmitButton>
    </Form>
  );
}

const REFUSED = "This passkey was not accepted. Try again, or use another one.";
