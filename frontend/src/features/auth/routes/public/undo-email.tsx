import { undoEmailChange } from "@app/sdk";
import { createFileRoute } from "@tanstack/react-router";
import { LinkPage } from "../../components/link-page";
import { TextLink } from "../../components/text-link";

export const Route = createFileRoute("/_public/undo-email")({
  staticData: { title: "Undo the change of your email address" },
  component: UndoEmailPage,
});

function UndoEmailPage() {
  return (
    <LinkPage
      title="Undo the change"
      description="Your account gets its old email address back. We log out all devices and email you a link to choose a new password."
      submitLabel="Restore the old address"
      onConfirm={async (token) => (await undoEmailChange({ body: { token } })).data.message}
      footer={
        <>
          Go to <TextLink to="/login">Log in</TextLink>
        </>
      }
    />
  );
}
