import { useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { PageHeader } from "@/components/layout/page-header";
import { requireUserId, userIdSearch } from "@/lib/access";
import { useEmailOf } from "@/lib/use-email-of";
import { profileOfUserQuery, schemaQuery, useSaveProfileOfUser } from "../../api";
import { ProfileDetails } from "../../components/profile-details";

export const Route = createFileRoute("/_app/profiles")({
  staticData: { title: "Profile" },
  validateSearch: userIdSearch,
  beforeLoad: ({ context, search }) => requireUserId(context.user, search.user),
  // Fetches the data while the page's code loads. The page shows the loading and error states.
  loader: ({ context: { queryClient, userId } }) => {
    void queryClient.prefetchQuery(profileOfUserQuery(userId));
    void queryClient.prefetchQuery(schemaQuery());
  },
  component: ProfilePage,
});

/** The profile of one user, for superusers. */
function ProfilePage() {
  const userId = Route.useRouteContext({ select: (context) => context.userId });
  const email = useEmailOf(userId);
  const record = useQuery(profileOfUserQuery(userId));
  return (
    <>
      <PageHeader
        title="Profile"
        description={email ? `The profile of ${email}` : "The profile of the user"}
      />
      <div className="max-w-2xl">
        <ProfileDetails
          description="The username can also be used to log in."
          record={record}
          save={useSaveProfileOfUser(userId)}
        />
      </div>
    </>
  );
}
