import { createFileRoute } from "@tanstack/react-router";
import { sessionsQuery } from "../../../api";
import { OwnSessions } from "../../../components/own-sessions";

export const Route = createFileRoute("/_app/settings/security")({
  staticData: { title: "Security" },
  // Fetches the list while the page's code loads. The card shows the loading and error states.
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(sessionsQuery());
  },
  component: OwnSessions,
});
