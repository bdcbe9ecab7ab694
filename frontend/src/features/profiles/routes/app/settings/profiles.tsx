import { useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { ownProfileQuery, schemaQuery, useSaveOwnProfile } from "../../../api";
import { ProfileDetails } from "../../../components/profile-details";

export const Route = createFileRoute("/_app/settings/profiles")({
  staticData: { title: "Profile details" },
  // Fetches the data while the page's code loads. The card shows the loading and error states.
  loader: ({ context: { queryClient } }) => {
    void queryClient.prefetchQuery(ownProfileQuery());
    void queryClient.prefetchQuery(schemaQuery());
  },
  component: OwnProfile,
});

function OwnProfile() {
  const record = useQuery(ownProfileQuery());
  return (
    <ProfileDetails
      description="Only you and superusers can see them."
      isOwn
      record={record}
      save={useSaveOwnProfile()}
    />
  );
}
