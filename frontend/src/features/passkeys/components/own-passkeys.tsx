import type { PasskeyPublic } from "@app/sdk";
import { useQuery } from "@tanstack/react-query";
import { Suspense } from "react";
import { ConfirmDialog } from "@/components/form/confirm-dialog";
import { SettingsCard } from "@/components/layout/settings-card";
import { Button } from "@/components/ui/button";
import { lazyOnIdle } from "@/lib/lazy-on-idle";
import { useOverlay } from "@/lib/overlay";
import { isolated } from "@/lib/text";
import { passkeysQuery, useRemovePasskey } from "../api";
import { isSupported } from "../webauthn";
import { PasskeyList } from "./passkey-list";

const PasskeySheet = lazyOnIdle(() => import("./passkey-sheet"));

/** The API's maximum. */
const MAX = 10;

export default function OwnPasskeys() {
  const query = useQuery(passkeysQuery());
  const remove = useRemovePasskey();
  const sheet = useOverlay<PasskeyPublic>();
  const removal = useOverlay<PasskeyPublic>();
  const count = query.data?.count ?? 0;
  return (
    <SettingsCard
      title="Passkeys"
      description="A passkey signs you in with your device's PIN, finger or face. With one, your password alone is no longer enough: you then confirm with a passkey, or with another second factor if you have one."
    >
      <PasskeyList
        query={query}
        hint="Add one to sign in without your password"
        actions={(passkey) => (
          <>
            <Button
              variant="outline"
              size="sm"
              aria-label={`Rename: ${isolated(passkey.name)}`}
              onClick={() => sheet.show(passkey)}
            >
              Rename
            </Button>
            <Button
              variant="outline"
              size="sm"
              aria-label={`Remove: ${isolated(passkey.name)}`}
              onClick={() => removal.show(passkey)}
            >
              Remove
            </Button>
          </>
        )}
      />
      <p className="mt-8 text-muted-foreground text-pretty empty:hidden">{adviceFor(count)}</p>
      {isSupported() && count < MAX && query.data && (
        <Button className="mt-4" onClick={() => sheet.show()}>
          Add passkey
        </Button>
      )}
      <Suspense>{sheet.key > 0 && <PasskeySheet key={sheet.key} overlay={sheet} />}</Suspense>
      <ConfirmDialog
        open={removal.open}
        title={`Remove “${isolated(removal.value?.name ?? "")}”?`}
        description={
          count > 1
            ? "It no longer signs you in. Your other sessions end. Delete it on the device, too."
            : "It no longer signs you in, and your password alone is enough again, unless you have another second factor. Your other sessions end. Delete it on the device, too."
        }
        confirmLabel="Remove"
        onConfirm={() => {
          if (removal.value) remove.mutate({ path: { passkey_id: removal.value.id } });
          removal.hide();
        }}
        onCancel={removal.hide}
        onCloseAutoFocus={removal.returnFocus}
      />
    </SettingsCard>
  );
}

function adviceFor(count: number) {
  if (!isSupported()) return "This browser doesn't support passkeys. Use another one to add them.";
  if (count === 1) {
    return "Add a second passkey on another device, in case you lose this one. Without it, only an administrator can let you in again, unless you have another second factor.";
  }
  return count >= MAX ? `You have ${MAX} passkeys, the maximum.` : "";
}
