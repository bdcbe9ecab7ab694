import { reportNotMe } from "@app/sdk";
import { createFileRoute } from "@tanstack/react-router";
import { LinkPage } from "../../components/link-page";
import { TextLink } from "../../components/text-link";

export const Route = createFileRoute("/_public/not-me")({
  staticData: { title: "This was not me" },
  component: NotMePage,
});

function NotMePage() {
  return (
    <LinkPage
      title="This was not me"
      description="We log out all devices and email you a link to choose a new password."
      submitLabel="Log out all devices"
      onConfirm={async (token) => (await reportNotMe({ body: { token } })).data.message}
      footer={
        <>
          Link expired? <TextLink to="/recover-password">Choose a new password</TextLink>
        </>
      }
    />
  );
}
