import { healthCheck } from "@app/sdk";
import { useQueryClient } from "@tanstack/react-query";
import { WifiOff } from "lucide-react";
import { useEffect, useRef } from "react";
import { useConnection } from "@/lib/connection";

const MESSAGES = {
  offline: "You're offline. Your changes are kept.",
  unreachable: "Can't reach the server. Retrying…",
};

/** Lies over the page's upper margin, so that nothing moves when it comes and goes. */
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

/** Asks for the server in growing intervals, only while it is missed; when it is back, the page is brought up to date. */
function useRecovery(connection: ReturnType<typeof useConnection>) {
  const queryClient = useQueryClient();
  const pause = useRef(FIRST_PAUSE_MS);

  useEffect(() => {
    if (connection === "offline") return () => void queryClient.invalidateQueries();
    if (connection === "online") {
      // Whatever is lost again before that is asked for less often.
      const timer = setTimeout(() => (pause.current = FIRST_PAUSE_MS), LONGEST_PAUSE_MS);
      return () => clearTimeout(timer);
    }
    const ask = () => {
      pause.current = Math.min(pause.current * 2, LONGEST_PAUSE_MS);
      timer = setTimeout(ask, pause.current);
      probe();
    };
    let timer = setTimeout(ask, pause.current);
    return () => {
      clearTimeout(timer);
      void queryClient.invalidateQueries();
    };
  }, [connection, queryClient]);

  return probe;
}

/** Any answer tells `lib/connection` that the server is there. */
const probe = () => void healthCheck().catch(() => {});
