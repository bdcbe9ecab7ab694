import { createFileRoute } from "@tanstack/react-router";
import { PasswordForm } from "../../../components/password-form";

export const Route = createFileRoute("/_app/settings/password")({
  staticData: { title: "Password" },
  component: PasswordForm,
});
