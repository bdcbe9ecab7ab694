import { loginSession, verifyEmail } from "@app/sdk";
import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { createFileRoute, useLocation } from "@tanstack/react-router";
import { useForm } from "react-hook-form";
import { PasswordField } from "@/components/form/password-field";
import { AuthPage } from "../../components/auth-page";
import { TextLink } from "../../components/text-link";
import { requireCookies } from "../../cookies";
import { passwordSchema } from "../../schemas";
import { linkToken } from "../../search";

export const Route = createFileRoute("/_public/verify-email")({
  staticData: { title: "Confirm your email address" },
  component: VerifyEmailPage,
});

/** The link alone confirms nothing: programs that check mails for viruses follow links, too. */
function VerifyEmailPage() {
  const token = useLocation({ select: linkToken });
  const { session } = Route.useRouteContext();
  const navigate = Route.useNavigate();
  const form = useForm({
    resolver: standardSchemaResolver(passwordSchema),
    defaultValues: { password: "" },
  });

  return (
    <AuthPage
      title="Confirm your email address"
      description="Enter the password that you chose at sign-up."
      footer={
        <>
          Link expired? <TextLink to="/signup">Sign up again</TextLink>
        </>
      }
      form={form}
      submitLabel="Confirm and log in"
      onSubmit={async ({ password }) => {
        requireCookies();
        const { data: created } = await verifyEmail({ body: { token, password } });
        const { data: user } = await loginSession({ body: { email: created.email, password } });
        session.begin(user);
        await navigate({ to: "/", replace: true });
      }}
    >
      <PasswordField
        form={form}
        name="password"
        label="Password"
        placeholder="Password"
        autoComplete="current-password"
        data-testid="password-input"
      />
    </AuthPage>
  );
}
