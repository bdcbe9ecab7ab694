/** Text that users wrote, in any script and from any source. */

/** Characters that show nothing, although not all of them count as spaces: zero-width ones, fillers. */
const BLANK = /^[\s\p{Cc}\p{Default_Ignorable_Code_Point}\u2800]*$/u;

/** Whether a text shows nothing. The API treats it as empty, too. */
export const isBlank = (text: string) => BLANK.test(text);

/** Characters that change the direction of the text after them. `invoice \u202Efdp.exe` looks like a PDF file. */
const DIRECTIONS = /[\u202A-\u202E\u2066-\u2069]/g;

/** The text for display, with those characters made visible and harmless. */
export const harmless = (text: string) => text.replace(DIRECTIONS, "\uFFFD");

const RIGHT_TO_LEFT =
  /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;

/** For texts without markup, such as the document's title: keeps foreign text from turning ours round. */
export function isolated(text: string) {
  const shown = harmless(text);
  return RIGHT_TO_LEFT.test(shown) ? `\u2068${shown}\u2069` : shown;
}

/** The letters of an avatar: the first letter or digit of the first two words that have any. */
export function initials(name: string) {
  const letters = name
    .normalize("NFC")
    .split(/[\s@._-]+/u)
    .flatMap((word) => graphemes(word).find((part) => /[\p{L}\p{N}]/u.test(part)) ?? [])
    .slice(0, 2);
  return letters.length > 0 ? letters.join("") : (graphemes(name.trim())[0] ?? "");
}

/** Characters as people see them: an emoji, or a letter with its accents. */
function graphemes(text: string): string[] {
  if (!Intl.Segmenter) return [...text];
  const segments = new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text);
  return [...segments].map(({ segment }) => segment);
}
