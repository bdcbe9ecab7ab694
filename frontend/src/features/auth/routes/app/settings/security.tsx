import { createFileRoute } from "@tanstack/react-router";
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
  return (
    <div className="grid gap-6">
      <OwnSessions />
      <Slot name="settings.security" />
    </div>
  );
}
