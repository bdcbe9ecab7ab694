import { createPasskey, startPasskeyRegistration } from "@app/sdk";
import {
  deletePasskeyMutation,
  readPasskeysOfUserOptions,
  readPasskeysOptions,
  renamePasskeyMutation,
  resetPasskeysOfUserMutation,
} from "@app/sdk/react-query";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type Resource, useRowMutation } from "@/lib/rows";
import { toastSuccess } from "@/lib/toast";
import { createCredential } from "./webauthn";

const noun = { one: "passkey", many: "passkeys" };
const OWN: Resource = { list: "readPasskeys", tag: "passkeys", noun };
const OF_USER: Resource = { list: "readPasskeysOfUser", tag: "passkeys", noun };

export const passkeysQuery = () => readPasskeysOptions();
export const passkeysOfUserQuery = (userId: string) =>
  readPasskeysOfUserOptions({ path: { user_id: userId } });

/** The API asks for a recent proof, which a dialog handles. */
export function useAddPasskey() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (name: string) => {
      const { token, options } = (await startPasskeyRegistration()).data;
      const credential = await createCredential(options);
      return (await createPasskey({ body: { token, name, credential } })).data;
    },
    meta: { handlesErrors: true }, // by the form
    onSuccess: () => {
      void toastSuccess("Passkey added");
      // Other pages can have been refused until there was a second factor.
      return queryClient.invalidateQueries();
    },
  });
}

export function useRenamePasskey() {
  return useRowMutation(OWN, renamePasskeyMutation(), {
    success: "Passkey renamed",
    meta: { handlesErrors: true },
  });
}

export function useRemovePasskey() {
  return useRowMutation(OWN, deletePasskeyMutation(), { success: "Passkey removed" });
}

export function useResetPasskeys() {
  return useRowMutation(OF_USER, resetPasskeysOfUserMutation(), {
    success: "Passkeys removed",
    meta: { handlesErrors: true },
  });
}
