import { resetPassword } from "@app/sdk";
import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { createFileRoute, useLocation } from "@tanstack/react-router";
import { useForm } from "react-hook-form";
import { NewPasswordField } from "@/components/form/new-password-field";
import { PasswordField } from "@/components/form/password-field";
import { toastSuccess } from "@/lib/toast";
import { PASSWORD_RULE } from "@/lib/zod";
import { AuthPage } from "../../components/auth-page";
import { TextLink } from "../../components/text-link";
import { resetSchema } from "../../schemas";
import { linkToken } from "../../search";

export const Route = createFileRoute("/_public/reset-password")({
  staticData: { title: "Reset password" },
  component: ResetPasswordPage,
});

function ResetPasswordPage() {
  const token = useLocation({ select: linkToken });
  const navigate = Route.useNavigate();
  const form = useForm({
    resolver: standardSchemaResolver(resetSchema),
    defaultValues: { new_password: "", confirm_password: "" },
  });

  return (
    <AuthPage
      title="Reset Password"
      description="Choose a new password for your account."
      footer={
        <>
          Link expired? <TextLink to="/recover-password">Request a new one</TextLink>
        </>
      }
      form={form}
      submitLabel="Reset Password"
      onSubmit={async ({ new_password }) => {
        await resetPassword({ body: { token, new_password } });
        await toastSuccess("Password updated successfully");
        await navigate({ to: "/login", replace: true });
      }}
    >
      <NewPasswordField
        form={form}
        name="new_password"
        confirmedBy="confirm_password"
        label="New password"
        hint={PASSWORD_RULE}
        placeholder="New password"
        data-testid="new-password-input"
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
