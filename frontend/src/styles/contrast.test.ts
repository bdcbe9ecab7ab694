import { describe, expect, it } from "vitest";
import css from "./app.css?raw";

/** WCAG 1.4.11, for everything that is not text. */
const LEAST = 3;

/** The tokens of a theme. The dark one inherits from the light one. */
function tokens(theme: "light" | "dark"): Map<string, string> {
  const block = new RegExp(`\\.${theme} \\{([^}]+)\\}`).exec(css)?.[1] ?? "";
  const own = [...block.matchAll(/--([\w-]+): ([^;]+);/g)].map(
    ([, name = "", value = ""]) => [name, value] as const,
  );
  return new Map([...(theme === "dark" ? tokens("light") : []), ...own]);
}

type Rgb = [number, number, number];

const encode = (part: number) =>
  part <= 0.0031308 ? 12.92 * part : 1.055 * part ** (1 / 2.4) - 0.055;
const decode = (part: number) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);

/** Red, green and blue of an oklch() colour, over a background when it is translucent. */
function srgb(value: string, below: Rgb = [1, 1, 1]): Rgb {
  const [L = 0, C = 0, hue = 0, alpha = 1] = (/oklch\((.+)\)/.exec(value)?.[1] ?? "")
    .split(/[\s/]+/)
    .map(Number);
  const angle = (hue * Math.PI) / 180;
  const [a, b] = [C * Math.cos(angle), C * Math.sin(angle)];
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const rgb: Rgb = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  const shown = rgb.map((part, at) => {
    const own = encode(Math.min(1, Math.max(0, part)));
    return own * alpha + (below[at] ?? 0) * (1 - alpha);
  });
  return shown as Rgb;
}

const luminance = ([red, green, blue]: Rgb) =>
  0.2126 * decode(red) + 0.7152 * decode(green) + 0.0722 * decode(blue);

function contrast(theme: "light" | "dark", part: string, background: string) {
  const all = tokens(theme);
  const below = srgb(all.get(background) ?? "");
  const [one, other] = [luminance(below), luminance(srgb(all.get(part) ?? "", below))];
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

const PAIRS = [
  ["input", "background", "the border of a field on the page"],
  ["input", "card", "the border of a field on a card"],
  ["input", "popover", "the border of a field in a dialog"],
  ["ring", "popover", "the outline of the chosen entry in a menu or the palette"],
  ["ring", "accent", "that outline over the entry's background"],
  ["ring", "background", "the focus ring"],
  ["primary", "background", "a checked box, switch or the current page"],
  ["muted-foreground", "background", "a switch that is off"],
  ["muted-foreground", "card", "the icon of a column's order"],
] as const;

for (const theme of ["light", "dark"] as const) {
  describe(`the ${theme} theme`, () => {
    it.each(PAIRS)("has enough contrast of %s on %s: %s", (part, background) => {
      expect(contrast(theme, part, background)).toBeGreaterThanOrEqual(LEAST);
    });
  });
}
