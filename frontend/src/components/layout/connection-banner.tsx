import { healthCheck } from "@app/sdk";
import { useQueryClient } from "@tanstack/react-query";
import { WifiOff } from "lucide-react";
import { useEffect, useRef } from "react";
import { useConnection } from "@/lib/connection";

const MESSAGES = {
  offline: "You're offline. Your changes are kept.",
  unreachable: "Can't reach the server. Retrying…",
};

/** Covers the page's upper margin, so that nothing moves when it appears or disappears. */
export function ConnectionBanner() {
  const connection = useConnection();
  const tryAgain = useRecovery(connection);
  return (
    <div role="status" className="absolute inset-x-0 top-full">
      {connection !== "online" && (
        <div className="flex h-8 items-center justify-center gap-2 border-b bg-warning px-4 text-[13px] text-warning-foreground">
          <WifiOff aria-hidden className="size-4 shrink-0" />
          <span className="truncate">{MESSAGES[connection]}</span>
          <button
            type="button"
            onClick={tryAgain}
            className="shrink-0 rounded-xs font-medium underline underline-offset-4 pointer-coarse:py-1.5"
          >
            Try again
          </button>
        </div>
      )}
    </div>
  );
}

const FIRST_PAUSE_MS = 3_000;
const LONGEST_PAUSE_MS = 60_000;

/** Probes an unreachable server at growing intervals. When it is back, the page's data is refetched. */
function useRecovery(connection: ReturnType<typeof useConnection>) {
  const queryClient = useQueryClient();
  const pause = useRef(FIRST_PAUSE_MS);

  useEffect(() => {
    if (connection === "offline") return () => void queryClient.invalidateQueries();
    if (connection === "online") {
      // If the connection is lost again before that, the intervals stay long.
      const timer = setTimeout(() => (pause.current = FIRST_PAUSE_MS), LONGEST_PAUSE_MS);
      return () => clearTimeout(timer);
    }
    const retry = () => {
      pause.current = Math.min(pause.current * 2, LONGEST_PAUSE_MS);
      timer = setTimeout(retry, pause.current);
      probe();
    };
    let timer = setTimeout(retry, pause.current);
    return () => {
      clearTimeout(timer);
      void queryClient.invalidateQueries();
    };
  }, [connection, queryClient]);

  return probe;
}

/** Any response tells `lib/connection` that the server is reachable. */
const probe = () => void healthCheck().catch(() => {});
