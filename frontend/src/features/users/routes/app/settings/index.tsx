import { createFileRoute } from "@tanstack/react-router";
import { useMe } from "@/lib/session";
import { AvatarCard } from "../../../components/avatar-card";
import { ProfileForm } from "../../../components/profile-form";

export const Route = createFileRoute("/_app/settings/")({
  staticData: { title: "My profile" },
  component: ProfilePage,
});

function ProfilePage() {
  const me = useMe();
  return (
    <>
      <AvatarCard me={me} />
      <ProfileForm me={me} />
    </>
  );
}
