import { SettingsCard } from "@/components/layout/settings-card";
import { Button } from "@/components/ui/button";
import { useOverlay } from "@/lib/overlay";
import { useMe } from "@/lib/session";
import { DeleteAccountDialog } from "./delete-account-dialog";

export function DeleteAccount() {
  const me = useMe();
  const dialog = useOverlay<never>();
  return (
    <SettingsCard
      variant="destructive"
      title="Delete account"
      description="Permanently delete your account and all its data. This can't be undone."
    >
      {me.is_superuser ? (
        <p>
          Superusers can't delete their own account. Ask another superuser to delete it or remove
          your superuser role.
        </p>
      ) : (
        <Button variant="destructive" onClick={() => dialog.show()}>
          Delete account…
        </Button>
      )}
      <DeleteAccountDialog key={dialog.key} me={me} overlay={dialog} />
    </SettingsCard>
  );
}
