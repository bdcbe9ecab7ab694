import { formatNumber } from "@/lib/format";

/** What the rows of a table are, as it stands at the beginning of a sentence: `{ one: "Item", many: "Items" }`. */
export interface Noun {
  one: string;
  many: string;
}

/** "1 item", "1,234 items". */
export function counted({ one, many }: Noun, count: number) {
  return `${formatNumber(count)} ${(count === 1 ? one : many).toLowerCase()}`;
}
