import { createFileRoute } from "@tanstack/react-router";
import { DeleteAccount } from "../../../components/delete-account";

export const Route = createFileRoute("/_app/settings/danger")({
  staticData: { title: "Danger zone" },
  component: DeleteAccount,
});
