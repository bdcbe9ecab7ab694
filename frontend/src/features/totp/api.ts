import {
  confirmTotpMutation,
  readTotpOfUserOptions,
  readTotpOptions,
  readTrustedDevicesOptions,
  removeTrustedDeviceMutation,
  replaceRecoveryCodesMutation,
  resetTotpOfUserMutation,
  setUpTotpMutation,
  turnOffTotpMutation,
} from "@app/sdk/react-query";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type Resource, useRowMutation } from "@/lib/rows";
import { toastSuccess } from "@/lib/toast";

const DEVICES: Resource = {
  list: "readTrustedDevices",
  tag: "totp",
  noun: { one: "trusted device", many: "trusted devices" },
};

export const statusQuery = () => readTotpOptions();
export const devicesQuery = () => readTrustedDevicesOptions();
export const statusOfUserQuery = (userId: string) =>
  readTotpOfUserOptions({ path: { user_id: userId } });

function useRefresh() {
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ queryKey: [{ tags: [DEVICES.tag] }] });
}

/** The API asks for a recent proof, which a dialog handles. */
export const useSetUp = () => useMutation(setUpTotpMutation());

export function useConfirm() {
  const queryClient = useQueryClient();
  return useMutation({
    ...confirmTotpMutation(),
    meta: { handlesErrors: true }, // by the form
    // All of it: other sessions have ended, and a user who needs a factor can do everything from now on.
    onSuccess: () => void queryClient.invalidateQueries(),
  });
}

export function useReplaceCodes() {
  return useMutation({ ...replaceRecoveryCodesMutation(), onSuccess: useRefresh() });
}

export function useTurnOff() {
  const queryClient = useQueryClient();
  return useMutation({
    ...turnOffTotpMutation(),
    onSuccess: () => {
      void toastSuccess("Authenticator app turned off");
      return queryClient.invalidateQueries();
    },
  });
}

export function useRemoveDevice() {
  return useRowMutation(DEVICES, removeTrustedDeviceMutation(), {
    success: "The device is no longer trusted",
  });
}

export function useReset() {
  const refresh = useRefresh();
  return useMutation({
    ...resetTotpOfUserMutation(),
    meta: { handlesErrors: true }, // by the form
    onSuccess: () => {
      void toastSuccess("Authenticator app removed");
      return refresh();
    },
  });
}
