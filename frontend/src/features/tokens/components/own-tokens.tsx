import { useQuery } from "@tanstack/react-query";
import { Suspense, useState } from "react";
import { SettingsCard } from "@/components/layout/settings-card";
import { Button } from "@/components/ui/button";
import { lazyOnIdle } from "@/lib/lazy-on-idle";
import { useOverlay } from "@/lib/overlay";
import { tokensQuery, useRevokeToken } from "../api";
import { CreatedToken } from "./created-token";
import { TokenList } from "./token-list";

const TokenSheet = lazyOnIdle(() => import("./token-sheet"));

export function OwnTokens() {
  const query = useQuery(tokensQuery());
  const revoke = useRevokeToken();
  const sheet = useOverlay<never>();
  const [created, setCreated] = useState<{ id: string; token: string }>();
  return (
    <SettingsCard
      title="API tokens"
      description="With a token, a program can use the API in your name. Keep tokens as safe as your password."
    >
      {created && <CreatedToken token={created.token} onDone={() => setCreated(undefined)} />}
      <TokenList
        query={query}
        hint="Create one for a script or another program"
        onRevoke={(id) => {
          if (id === created?.id) setCreated(undefined);
          revoke.mutate({ path: { token_id: id } });
        }}
      />
      <Button className="mt-8" onClick={() => sheet.show()}>
        Create token
      </Button>
      <Suspense>
        {sheet.key > 0 && <TokenSheet key={sheet.key} overlay={sheet} onCreated={setCreated} />}
      </Suspense>
    </SettingsCard>
  );
}
