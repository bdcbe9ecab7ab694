import { useQuery } from "@tanstack/react-query";
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
  const { isPending } = useQuery(sessionsQuery());
  return (
    <div className="grid gap-6">
      <OwnSessions />
      {/* Not before: the list of sessions would move the cards when it arrives. */}
      {!isPending && <Slot name="settings.security" />}
    </div>
  );
}
