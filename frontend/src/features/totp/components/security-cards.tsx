import type { TotpSetup } from "@app/sdk";
import { useQuery } from "@tanstack/react-query";
import { Suspense, useState } from "react";
import { LoadError } from "@/components/layout/load-error";
import { SettingsCard } from "@/components/layout/settings-card";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { lazyOnIdle } from "@/lib/lazy-on-idle";
import { useOverlay } from "@/lib/overlay";
import { statusQuery, useSetUp } from "../api";
import { AppState } from "./app-state";
import { OwnApp } from "./own-app";
import { RecoveryCodes } from "./recovery-codes";
import { TrustedDevices } from "./trusted-devices";

const SetupSheet = lazyOnIdle(() => import("./setup-sheet"));

/** The user's authenticator app, and the browsers that need no code. */
export default function SecurityCards() {
  const { data: status, error, refetch } = useQuery(statusQuery());
  const [codes, setCodes] = useState<string[]>();
  const sheet = useOverlay<TotpSetup>();
  const setUp = useSetUp();
  const start = () => setUp.mutate({}, { onSuccess: (setup) => sheet.show(setup) });
  return (
    <>
      <SettingsCard
        title="Authenticator app"
        description="With an app on your phone, signing in needs a code in addition to your password."
      >
        {codes && <RecoveryCodes codes={codes} onDone={() => setCodes(undefined)} />}
        {!status && error && (
          <LoadError
            title="Couldn't load the authenticator app"
            error={error}
            onRetry={() => void refetch()}
          />
        )}
        {!status && !error && <Skeleton className="h-20" />}
        {status && <AppState status={status} />}
        {status?.confirmed_at && <OwnApp onCodes={setCodes} />}
        {status && !status.confirmed_at && (
          <Button
            className="mt-6"
            // Not `disabled`: the focus returns to it from the dialog that asks for the password.
            aria-disabled={setUp.isPending}
            onClick={() => !setUp.isPending && start()}
          >
            Set up authenticator app
          </Button>
        )}
      </SettingsCard>
      {status?.confirmed_at && status.trusted_device_days > 0 && <TrustedDevices />}
      <Suspense>
        {sheet.key > 0 && <SetupSheet key={sheet.key} overlay={sheet} onCodes={setCodes} />}
      </Suspense>
    </>
  );
}
