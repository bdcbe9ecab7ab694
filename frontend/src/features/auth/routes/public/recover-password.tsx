import { recoverPassword } from "@app/sdk";
import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { createFileRoute } from "@tanstack/react-router";
import { MailCheck } from "lucide-react";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { Form } from "@/components/form/form";
import { SubmitButton } from "@/components/form/submit-button";
import { TextField } from "@/components/form/text-field";
import { AuthPage } from "../../components/auth-page";
import { TextLink } from "../../components/text-link";
import { recoverSchema } from "../../schemas";

export const Route = createFileRoute("/_public/recover-password")({
  staticData: { title: "Password recovery" },
  component: RecoverPasswordPage,
});

function RecoverPasswordPage() {
  const [sentTo, setSentTo] = useState<string>();
  const form = useForm({
    resolver: standardSchemaResolver(recoverSchema),
    defaultValues: { email: "" },
  });

  return (
    <AuthPage
      title="Password Recovery"
      description="We send a link to choose a new password."
      footer={
        <>
          Remember your password? <TextLink to="/login">Log in</TextLink>
        </>
      }
    >
      {sentTo ? (
        <div role="status" className="grid justify-items-center gap-3 text-center">
          <MailCheck aria-hidden className="size-6 text-primary" />
          <p className="text-pretty break-words">
            If there is an account for <strong className="font-medium">{sentTo}</strong>, a mail
            with a link is on its way. The link works once, within an hour.
          </p>
        </div>
      ) : (
        <Form
          form={form}
          className="grid gap-5"
          onSubmit={async ({ email }) => {
            await recoverPassword({ path: { email } });
            setSentTo(email);
          }}
        >
          <TextField
            form={form}
            name="email"
            label="Email"
            type="email"
            placeholder="Email"
            autoComplete="username"
            data-testid="email-input"
          />
          <SubmitButton control={form.control}>Continue</SubmitButton>
        </Form>
      )}
    </AuthPage>
  );
}
