import { confirmEmailChange } from "@app/sdk";
import { createFileRoute } from "@tanstack/react-router";
import { LinkPage } from "../../components/link-page";
import { TextLink } from "../../components/text-link";

export const Route = createFileRoute("/_public/confirm-email")({
  staticData: { title: "Confirm your new email address" },
  component: ConfirmEmailPage,
});

function ConfirmEmailPage() {
  return (
    <LinkPage
      title="Confirm your new email address"
      description="From now on you log in with this address. Other devices are logged out."
      submitLabel="Confirm address"
      onConfirm={async (token) => (await confirmEmailChange({ body: { token } })).data.message}
      footer={
        <>
          Go to <TextLink to="/">the dashboard</TextLink>
        </>
      }
    />
  );
}
