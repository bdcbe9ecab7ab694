import { formatNumber } from "@/lib/format";

/** What the rows of a table are, as it stands at the beginning of a sentence: `{ one: "User", many: "Users" }`. */
export interface Noun {
  one: string;
  many: string;
}

/** "1 user", "1,234 users". */
export function counted({ one, many }: Noun, count: number) {
  return `${formatNumber(count)} ${(count === 1 ? one : many).toLowerCase()}`;
}
