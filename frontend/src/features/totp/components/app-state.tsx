import type { TotpStatus } from "@app/sdk";
import { Badge } from "@/components/ui/badge";
import { formatDate } from "@/lib/format";

const FEW = 3;

/** Whether the app is on, since when, and how many recovery codes are left. */
export function AppState({ status }: { status: TotpStatus }) {
  const { confirmed_at: since, recovery_codes_left: left } = status;
  if (!since) {
    return (
      <p>
        <Badge>Off</Badge>
      </p>
    );
  }
  return (
    <div className="grid justify-items-start gap-2 text-[13px]">
      <p className="flex flex-wrap items-center gap-2">
        <Badge>On</Badge>
        <span>
          {"Since "}
          <time dateTime={since}>{formatDate(since)}</time>
        </span>
      </p>
      <p className={left <= FEW ? "text-destructive" : "text-muted-foreground"}>
        {left === 1 ? "1 recovery code left" : `${left} recovery codes left`}
      </p>
    </div>
  );
}
