import { createFileRoute } from "@tanstack/react-router";
import { tokensQuery } from "../../../api";
import { OwnTokens } from "../../../components/own-tokens";

export const Route = createFileRoute("/_app/settings/tokens")({
  staticData: { title: "API tokens" },
  // Fetches the list while the page's code loads. The card shows the loading and error states.
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(tokensQuery());
  },
  component: OwnTokens,
});
