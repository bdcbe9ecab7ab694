import { formatDate, formatDateTime } from "@/lib/format";

/** The day, with the time in the tooltip. */
export function DateTime({ iso, className }: { iso: string; className?: string }) {
  return (
    <time dateTime={iso} title={formatDateTime(iso)} className={className}>
      {formatDate(iso)}
    </time>
  );
}
