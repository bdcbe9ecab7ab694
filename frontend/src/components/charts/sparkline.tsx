import { type DayCount, describe, describeLevel } from "./day-count";

const WIDTH = 120;
const HEIGHT = 32;
/** Space for the line's own width at the top and the bottom. */
const EDGE = 1.5;

interface SparklineProps {
  days: DayCount[];
  /** What is counted, in the plural: "users". */
  what: string;
  /** "change": the days count additions (default). "level": they hold totals. */
  kind?: "change" | "level";
}

/** A trend at a glance: no axes, and numbers only in the text alternative. */
export function Sparkline({ days, what, kind = "change" }: SparklineProps) {
  const highest = Math.max(1, ...days.map(({ count }) => count));
  const x = (index: number) => (index / Math.max(1, days.length - 1)) * WIDTH;
  const y = (count: number) => HEIGHT - EDGE - (count / highest) * (HEIGHT - 2 * EDGE);
  const line = days.map(({ count }, index) => `${x(index).toFixed(1)},${y(count).toFixed(1)}`);
  return (
    <svg
      role="img"
      aria-label={kind === "level" ? describeLevel(days, what) : describe(days, what)}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      className="h-8 w-full text-primary"
    >
      <polygon
        points={`0,${HEIGHT} ${line.join(" ")} ${WIDTH},${HEIGHT}`}
        className="fill-current opacity-15"
      />
      <polyline
        points={line.join(" ")}
        vectorEffect="non-scaling-stroke"
        strokeLinejoin="round"
        className="fill-none stroke-[1.5px] stroke-current"
      />
    </svg>
  );
}
