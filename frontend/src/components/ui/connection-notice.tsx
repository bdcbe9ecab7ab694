import { WifiOff } from "lucide-react";
import type { ReactNode } from "react";
import { useConnection } from "@/lib/connection";

const MESSAGES = {
  offline: "You're offline. Your changes are kept.",
  unreachable: "Can't reach the server. Retrying…",
};

/** Nothing while the server is reachable. `children` is an action beside the message. */
export function ConnectionNotice({ children }: { children?: ReactNode }) {
  const connection = useConnection();
  return (
    <div role="status" data-slot="connection-notice">
      {connection !== "online" && (
        <div className="flex min-h-8 items-center justify-center gap-2 border-b bg-warning px-4 text-[13px] text-warning-foreground">
          <WifiOff aria-hidden className="size-4 shrink-0" />
          <span className="wrap-anywhere">{MESSAGES[connection]}</span>
          {children}
        </div>
      )}
    </div>
  );
}
