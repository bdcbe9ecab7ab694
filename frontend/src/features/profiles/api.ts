import {
  type ProfilePublic,
  type ProfileUpdate,
  updateProfileMe,
  updateProfileOfUser,
} from "@app/sdk";
import {
  readProfileMeOptions,
  readProfileOfUserOptions,
  readProfileSchemaOptions,
} from "@app/sdk/react-query";
import { useQueryClient } from "@tanstack/react-query";
import { ifMatch } from "@/lib/rows";

/** The fields of the document, which change with a release only. */
export const schemaQuery = () => ({
  ...readProfileSchemaOptions(),
  staleTime: Number.POSITIVE_INFINITY,
});

export const ownProfileQuery = () => readProfileMeOptions();
export const profileOfUserQuery = (userId: string) =>
  readProfileOfUserOptions({ path: { user_id: userId } });

/** Replaces one version of a profile, and returns the new one. */
export type SaveProfile = (body: ProfileUpdate, version: number) => Promise<ProfilePublic>;

export function useSaveOwnProfile(): SaveProfile {
  const queryClient = useQueryClient();
  return async (body, version) => {
    const { data } = await updateProfileMe({ body, headers: ifMatch(version) });
    queryClient.setQueryData(ownProfileQuery().queryKey, data);
    return data;
  };
}

export function useSaveProfileOfUser(userId: string): SaveProfile {
  const queryClient = useQueryClient();
  return async (body, version) => {
    const path = { user_id: userId };
    const { data } = await updateProfileOfUser({ path, body, headers: ifMatch(version) });
    queryClient.setQueryData(profileOfUserQuery(userId).queryKey, data);
    return data;
  };
}
