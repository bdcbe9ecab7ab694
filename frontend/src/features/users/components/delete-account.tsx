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
      description="Your account and everything in it is deleted at once. There is no way back."
    >
      {me.is_superuser ? (
        <p>
          Superusers cannot delete themselves, so that somebody is left to manage this place. Ask
          another superuser to delete your account or to make you an ordinary user first.
        </p>
      ) : (
        <Button variant="destructive" onClick={() => dialog.show()}>
          Delete account…
        </Button>
      )}
      <DeleteAccountDialog key={dialog.key} email={me.email} overlay={dialog} />
    </SettingsCard>
  );
}
