import { formatMonthDay, formatNumber } from "@/lib/format";
import { type DayCount, describe } from "./day-count";

const HEIGHT = 100;

interface BarsProps {
  days: DayCount[];
  /** What is counted, in the plural: "sign-ups". */
  what: string;
}

/** A bar for each day, a summary in words, and all numbers as a table. */
export function Bars({ days, what }: BarsProps) {
  const highest = Math.max(1, ...days.map(({ count }) => count));
  const summary = describe(days, what);
  const [first, last] = [days[0], days.at(-1)];
  return (
    <figure className="grid gap-2">
      <div className="flex gap-2 text-muted-foreground text-xs tabular-nums">
        <svg
          role="img"
          aria-label={summary}
          viewBox={`0 0 ${days.length} ${HEIGHT}`}
          preserveAspectRatio="none"
          className="h-32 min-w-0 flex-1 border-b"
        >
          {[0, HEIGHT / 2].map((y) => (
            <line
              key={y}
              x1={0}
              x2={days.length}
              y1={y}
              y2={y}
              vectorEffect="non-scaling-stroke"
              className="stroke-border"
            />
          ))}
          {days.map(({ date, count }, index) => (
            <g key={date}>
              <title>{`${formatMonthDay(date)}: ${formatNumber(count)}`}</title>
              {/* The whole column reacts to the pointer, however low its bar is. */}
              <rect x={index} y={0} width={1} height={HEIGHT} className="fill-transparent" />
              <rect
                x={index + 0.15}
                y={HEIGHT - (count / highest) * HEIGHT}
                width={0.7}
                height={(count / highest) * HEIGHT}
                className="fill-primary"
              />
            </g>
          ))}
        </svg>
        <div aria-hidden className="flex h-32 flex-col justify-between text-end">
          <span>{formatNumber(highest)}</span>
          <span>0</span>
        </div>
      </div>
      <div
        aria-hidden
        className="flex justify-between pe-6 text-muted-foreground text-xs tabular-nums"
      >
        <span>{first && formatMonthDay(first.date)}</span>
        <span>{last && formatMonthDay(last.date)}</span>
      </div>
      <figcaption className="text-[13px] text-muted-foreground">{summary}</figcaption>
      <AsTable days={days} what={what} />
    </figure>
  );
}

function AsTable({ days, what }: BarsProps) {
  return (
    <details className="text-[13px]">
      <summary className="w-fit cursor-pointer rounded-xs text-muted-foreground hover:text-foreground">
        View as table
      </summary>
      <div
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        className="mt-2 max-h-48 overflow-y-auto rounded-md border"
      >
        <table className="w-full tabular-nums">
          <thead className="text-muted-foreground">
            <tr>
              <th scope="col" className="px-3 py-1.5 text-start font-medium">
                Day
              </th>
              <th scope="col" className="px-3 py-1.5 text-end font-medium first-letter:uppercase">
                {what}
              </th>
            </tr>
          </thead>
          <tbody>
            {days.toReversed().map(({ date, count }) => (
              <tr key={date} className="border-t">
                <td className="px-3 py-1">{formatMonthDay(date)}</td>
                <td className="px-3 py-1 text-end">{formatNumber(count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
