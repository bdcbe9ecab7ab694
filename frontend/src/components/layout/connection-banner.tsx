import { healthCheck } from "@app/sdk";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { ConnectionNotice } from "@/components/ui/connection-notice";
import { useConnection } from "@/lib/connection";

/** Covers the page's upper margin, so that nothing moves when it appears or disappears. */
export function ConnectionBanner() {
  const connection = useConnection();
  const tryAgain = useRecovery(connection);
  return (
    <div className="absolute inset-x-0 top-full">
      <ConnectionNotice>
        <button
          type="button"
          onClick={tryAgain}
          className="shrink-0 rounded-xs font-medium underline underline-offset-4 pointer-coarse:py-1.5"
        >
          Try again
        </button>
      </ConnectionNotice>
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
