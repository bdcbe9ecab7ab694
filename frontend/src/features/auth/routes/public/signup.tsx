import { registerUser } from "@app/sdk";
import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { createFileRoute } from "@tanstack/react-router";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { EmailField } from "@/components/form/email-field";
import { NewPasswordField } from "@/components/form/new-password-field";
import { PasswordField } from "@/components/form/password-field";
import { TextField } from "@/components/form/text-field";
import { UserText } from "@/components/ui/user-text";
import { isSignUpOpen } from "@/lib/project";
import { toastSuccess } from "@/lib/toast";
import { PASSWORD_RULE } from "@/lib/zod";
import { AuthPage } from "../../components/auth-page";
import { MailSent } from "../../components/mail-sent";
import { ResendLink } from "../../components/resend-link";
import { TextLink } from "../../components/text-link";
import { signupSchema } from "../../schemas";
import { redirectSearch } from "../../search";

export const Route = createFileRoute("/_public/signup")({
  staticData: { title: "Sign up" },
  validateSearch: redirectSearch,
  beforeLoad: ({ context, search }) => context.session.skipIfSignedIn(search.redirect),
  component: SignupPage,
});

function SignupPage() {
  const { redirect } = Route.useSearch();
  const navigate = Route.useNavigate();
  const [sentTo, setSentTo] = useState<string>();
  const form = useForm({
    resolver: standardSchemaResolver(signupSchema),
    defaultValues: { full_name: "", email: "", password: "", confirm_password: "" },
  });

  if (!isSignUpOpen()) return <SignUpClosed />;
  return (
    <AuthPage
      title="Create an account"
      description="Enter your details to get started."
      footer={
        <>
          Already have an account?{" "}
          <TextLink to="/login" search={{ redirect }}>
            Log in
          </TextLink>
        </>
      }
      form={form}
      submitLabel="Sign Up"
      onSubmit={async ({ confirm_password: _, ...body }) => {
        const { data: created } = await registerUser({ body });
        if (!("id" in created)) return setSentTo(body.email);
        await toastSuccess("Your account was created. Log in to continue.");
        await navigate({ to: "/login", search: { redirect }, state: { email: created.email } });
      }}
      result={
        sentTo && (
          <MailSent>
            <p className="text-pretty break-words">
              We've sent a link to <UserText className="font-medium">{sentTo}</UserText>. Follow it
              to finish your sign-up.
            </p>
            <ResendLink email={sentTo} />
          </MailSent>
        )
      }
    >
      <TextField
        form={form}
        name="full_name"
        label="Full name"
        placeholder="Full name"
        autoComplete="name"
        data-testid="full-name-input"
      />
      <EmailField
        form={form}
        name="email"
        label="Email"
        autoComplete="email"
        data-testid="email-input"
      />
      <NewPasswordField
        form={form}
        name="password"
        confirmedBy="confirm_password"
        label="Password"
        hint={PASSWORD_RULE}
        placeholder="Password"
        data-testid="password-input"
      />
      <PasswordField
        form={form}
        name="confirm_password"
        label="Confirm password"
        placeholder="Confirm password"
        autoComplete="new-password"
        data-testid="confirm-password-input"
      />
    </AuthPage>
  );
}

function SignUpClosed() {
  return (
    <div className="text-center">
      <h1 className="font-semibold text-xl">Sign-up is closed</h1>
      <p className="mt-1.5 mb-6 text-pretty text-muted-foreground">
        Contact an administrator to get an account.
      </p>
      <TextLink to="/login">Log in</TextLink>
    </div>
  );
}
