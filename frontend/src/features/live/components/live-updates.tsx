import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { startLive } from "../live";

/** Keeps the open pages up to date for as long as the session lasts. Renders nothing. */
export function LiveUpdates() {
  const queryClient = useQueryClient();
  useEffect(() => startLive(queryClient), [queryClient]);
  return null;
}
