import { ApiError } from "@app/sdk";
import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { createFileRoute, useLocation } from "@tanstack/react-router";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { EmailField } from "@/components/form/email-field";
import { PasswordField } from "@/components/form/password-field";
import { Slot } from "@/components/layout/slot";
import { loginAutoComplete } from "@/lib/features";
import { isSignUpOpen, PROJECT_NAME } from "@/lib/project";
import { isolated } from "@/lib/text";
import { AuthPage } from "../../components/auth-page";
import { ResendLink } from "../../components/resend-link";
import { TextLink } from "../../components/text-link";
import { COOKIES_BLOCKED } from "../../cookies";
import { loginSchema } from "../../schemas";
import { knownEmail, redirectSearch } from "../../search";
import { useSignIn } from "../../use-sign-in";

export const Route = createFileRoute("/_public/login")({
  staticData: { title: "Log in" },
  validateSearch: redirectSearch,
  beforeLoad: ({ context, search }) => context.session.skipIfSignedIn(search.redirect),
  component: LoginPage,
});

const isUnverified = (error: unknown) =>
  error instanceof ApiError && error.code === "AUTH_EMAIL_NOT_VERIFIED";

const NOTICES = {
  expired: "Your session has expired. Log in to continue.",
  cookies: COOKIES_BLOCKED,
  over: "The confirmation has expired. Log in again.",
};

function LoginPage() {
  const { redirect } = Route.useSearch();
  const { session } = Route.useRouteContext();
  const navigate = Route.useNavigate();
  const email = useLocation({ select: knownEmail });
  const notice = useLocation({ select: ({ state }) => state.loginNotice });
  const [unverified, setUnverified] = useState<string>();
  const { signIn, step, isOver } = useSignIn(async (user) => {
    session.begin(user);
    await navigate({ href: redirect ?? "/", replace: true });
  });
  const form = useForm({
    resolver: standardSchemaResolver(loginSchema),
    defaultValues: { email, password: "" },
  });

  return (
    <AuthPage
      title={`Log in to ${isolated(PROJECT_NAME)}`}
      description={step ? "Confirm that it's you." : "Welcome back."}
      notice={isOver ? NOTICES.over : notice && NOTICES[notice]}
      result={step}
      footer={
        isSignUpOpen() && (
          <>
            Don't have an account yet?{" "}
            <TextLink to="/signup" search={{ redirect }}>
              Sign up
            </TextLink>
          </>
        )
      }
      options={!step && <Slot name="login.options" />}
      form={form}
      submitLabel="Log In"
      onSubmit={async (body) => {
        setUnverified(undefined);
        await signIn(body).catch((error) => {
          if (isUnverified(error)) setUnverified(body.email);
          throw error;
        });
      }}
    >
      <EmailField
        form={form}
        name="email"
        label="Email"
        autoComplete={loginAutoComplete}
        data-testid="email-input"
      />
      <PasswordField
        form={form}
        name="password"
        label="Password"
        placeholder="Password"
        autoComplete="current-password"
        data-testid="password-input"
        aside={
          <TextLink
            to="/recover-password"
            state={(previous) => ({ ...previous, email: form.getValues("email") })}
            className="text-[13px]"
          >
            Forgot your password?
          </TextLink>
        }
      />
      {unverified && <ResendLink email={unverified} />}
    </AuthPage>
  );
}
