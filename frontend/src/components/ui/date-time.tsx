import { formatDate, formatDateTime } from "@/lib/format";

/** The day; the minute is in the tooltip. */
export function DateTime({ iso, className }: { iso: string; className?: string }) {
  return (
    <time dateTime={iso} title={formatDateTime(iso)} className={className}>
      {formatDate(iso)}
    </time>
  );
}
