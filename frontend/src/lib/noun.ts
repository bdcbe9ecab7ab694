import { formatNumber } from "@/lib/format";

/** The name of a table's rows, as it starts a sentence: `{ one: "User", many: "Users" }`. */
export interface Noun {
  one: string;
  many: string;
  /** People are named without quotes. */
  isPerson?: true;
}

/** "1 user", "1,234 users". */
export function counted({ one, many }: Noun, count: number) {
  return `${formatNumber(count)} ${(count === 1 ? one : many).toLowerCase()}`;
}
