import { readUserByIdOptions } from "@app/sdk/react-query";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, redirect, type SearchSchemaInput } from "@tanstack/react-router";
import { PageHeader } from "@/components/layout/page-header";
import { requireSuperuser } from "@/lib/access";
import { uuid } from "@/lib/table-search";
import { isolated } from "@/lib/text";
import { profileOfUserQuery, schemaQuery, useSaveProfileOfUser } from "../../api";
import { ProfileDetails } from "../../components/profile-details";

export const Route = createFileRoute("/_app/profiles")({
  staticData: { title: "Profile" },
  validateSearch: ({ user }: { user?: string } & SearchSchemaInput) => ({ user: uuid(user) }),
  beforeLoad: ({ context, search }) => {
    requireSuperuser(context.user);
    if (!search.user) throw redirect({ to: "/admin", replace: true });
    return { userId: search.user };
  },
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
  const { data: user } = useQuery(readUserByIdOptions({ path: { user_id: userId } }));
  const record = useQuery(profileOfUserQuery(userId));
  return (
    <>
      <PageHeader
        title="Profile"
        description={user ? `The profile of ${isolated(user.email)}` : "The profile of the user"}
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
