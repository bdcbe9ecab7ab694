import { useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { useState } from "react";
import { Slot } from "@/components/layout/slot";
import { sessionsQuery } from "../../../api";
import { OwnSessions } from "../../../components/own-sessions";

export const Route = createFileRoute("/_app/settings/security")({
  staticData: { title: "Security" },
  // Fetches the list while the page's code loads. The card shows the loading and error states.
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(sessionsQuery());
  },
  component: SecurityPage,
});

function SecurityPage() {
  const { isPending } = useQuery(sessionsQuery());
  // Stays true: the list can load again, and the cards below can hold what is shown only once.
  const [isReady, setIsReady] = useState(!isPending);
  if (!isPending && !isReady) setIsReady(true);
  return (
    <div className="grid gap-6">
      <OwnSessions />
      {/* Not before the list above has its height, so that nothing moves. */}
      {isReady && <Slot name="settings.security" />}
    </div>
  );
}
