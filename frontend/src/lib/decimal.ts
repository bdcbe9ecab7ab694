/**
 * Reads a number as people type it: "1.234,50", "1,234.50", "1 234,5" and "12,50" become the API's text "1234.50".
 * Undefined when it is not a number. A lone separator is the decimal one, unless it separates thousands in the user's
 * locale and three digits follow: "1,234" in English.
 */
export function parseDecimal(text: string, locale?: string): string | undefined {
  const typed = withLatinDigits(text).replace(/[\s'’٬]/gu, "");
  const at = Math.max(typed.lastIndexOf("."), typed.lastIndexOf(","));
  const separator = typed.charAt(at);
  const isRepeated = separator !== "" && typed.indexOf(separator) !== at;
  const isOnlyOne = !(typed.includes(".") && typed.includes(","));
  const isThousands =
    isOnlyOne && separator === thousandsOf(locale) && /^\d{3}$/.test(typed.slice(at + 1));
  const isDecimal = at >= 0 && !isRepeated && !isThousands;

  const [whole, fraction] = isDecimal ? [typed.slice(0, at), typed.slice(at + 1)] : [typed, ""];
  if (!/^-?(\d*|\d{1,3}([.,]\d{3})+)$/.test(whole) || !/^\d*$/.test(fraction)) return undefined;
  if (!/\d/.test(typed)) return undefined;
  const digits = whole.replace(/[.,]/g, "").replace(/^(-?)$/, "$10");
  return fraction ? `${digits}.${fraction}` : digits;
}

function thousandsOf(locale?: string) {
  const parts = new Intl.NumberFormat(locale).formatToParts(1234567);
  return parts.find(({ type }) => type === "group")?.value;
}

/** Arabic and Persian digits and signs, and the typographic minus. */
function withLatinDigits(text: string) {
  return text
    .replace(/[\u0660-\u0669\u06F0-\u06F9]/g, (digit) => String(digit.charCodeAt(0) & 0xf))
    .replace(/٫/g, ".")
    .replace(/\u2212/g, "-");
}
