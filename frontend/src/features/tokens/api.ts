import {
  createApiTokenMutation,
  readApiTokensOfUserOptions,
  readApiTokensOptions,
  revokeApiTokenMutation,
  revokeApiTokenOfUserMutation,
  revokeApiTokensOfUserMutation,
} from "@app/sdk/react-query";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type Resource, useRowMutation } from "@/lib/rows";

const noun = { one: "API token", many: "API tokens" };
const OWN: Resource = { list: "readApiTokens", tag: "tokens", noun };
const OF_USER: Resource = { list: "readApiTokensOfUser", tag: "tokens", noun };

/** More than a user can have that have not expired. */
const query = { limit: 100 };

export const tokensQuery = () => readApiTokensOptions({ query });
export const tokensOfUserQuery = (userId: string) =>
  readApiTokensOfUserOptions({ path: { user_id: userId }, query });

/** The API asks for a recent proof, which a dialog handles. The new token is shown in the page instead of a toast. */
export function useCreateToken() {
  const queryClient = useQueryClient();
  return useMutation({
    ...createApiTokenMutation(),
    meta: { handlesErrors: true }, // by the form
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [{ tags: [OWN.tag] }] }),
  });
}

export function useRevokeToken() {
  return useRowMutation(OWN, revokeApiTokenMutation(), { success: "API token revoked" });
}

export function useRevokeTokenOfUser() {
  return useRowMutation(OF_USER, revokeApiTokenOfUserMutation(), { success: "API token revoked" });
}

export function useRevokeTokensOfUser() {
  return useRowMutation(OF_USER, revokeApiTokensOfUserMutation(), {
    success: "All API tokens revoked",
  });
}
