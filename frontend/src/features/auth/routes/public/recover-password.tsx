import { recoverPassword } from "@app/sdk";
import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { createFileRoute, useLocation } from "@tanstack/react-router";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { EmailField } from "@/components/form/email-field";
import { UserText } from "@/components/ui/user-text";
import { AuthPage } from "../../components/auth-page";
import { MailSent } from "../../components/mail-sent";
import { TextLink } from "../../components/text-link";
import { recoverSchema } from "../../schemas";
import { knownEmail } from "../../search";

export const Route = createFileRoute("/_public/recover-password")({
  staticData: { title: "Password recovery" },
  component: RecoverPasswordPage,
});

function RecoverPasswordPage() {
  const [sentTo, setSentTo] = useState<string>();
  const form = useForm({
    resolver: standardSchemaResolver(recoverSchema),
    defaultValues: { email: useLocation({ select: knownEmail }) },
  });

  return (
    <AuthPage
      title="Password Recovery"
      description="Enter your email and we'll send you a link to reset your password."
      footer={
        <>
          Remember your password? <TextLink to="/login">Log in</TextLink>
        </>
      }
      form={form}
      submitLabel="Continue"
      onSubmit={async ({ email }) => {
        await recoverPassword({ path: { email } });
        setSentTo(email);
      }}
      result={
        sentTo && (
          <MailSent>
            <p className="text-pretty break-words">
              If an account exists for <UserText className="font-medium">{sentTo}</UserText>, we've
              emailed a reset link. It expires in 1 hour.
            </p>
          </MailSent>
        )
      }
    >
      <EmailField
        form={form}
        name="email"
        label="Email"
        autoComplete="username"
        data-testid="email-input"
      />
    </AuthPage>
  );
}
