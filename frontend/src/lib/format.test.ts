import { afterEach, expect, it, vi } from "vitest";

const { DateTimeFormat, NumberFormat } = Intl;

/** The formatters as a browser with this locale has them. */
async function formatters(locale: string) {
  class LocalDate extends DateTimeFormat {
    constructor(_: unknown, options?: Intl.DateTimeFormatOptions) {
      super(locale, options);
    }
  }
  class LocalNumber extends NumberFormat {
    constructor(_: unknown, options?: Intl.NumberFormatOptions) {
      super(locale, options);
    }
  }
  vi.spyOn(Intl, "DateTimeFormat").mockImplementation(LocalDate as never);
  vi.spyOn(Intl, "NumberFormat").mockImplementation(LocalNumber as never);
  vi.resetModules();
  return import("./format");
}

afterEach(() => void vi.unstubAllEnvs());

it.each(["America/Los_Angeles", "Pacific/Auckland", "Asia/Kolkata", "UTC"])(
  "shows the same day in %s",
  async (zone) => {
    vi.stubEnv("TZ", zone);
    const { formatDay, formatMonthDay } = await formatters("en-US");
    expect(formatDay("2026-01-01")).toBe("Jan 1, 2026");
    expect(formatMonthDay("2026-12-31")).toBe("Dec 31");
  },
);

it("shows a moment in the user's time zone", async () => {
  vi.stubEnv("TZ", "Pacific/Auckland");
  const { formatDate } = await formatters("en-US");
  expect(formatDate("2026-01-01T12:00:00Z")).toBe("Jan 2, 2026");
});

it.each([
  ["en-US", "Nov 28, 2026", "€1,000.50"],
  ["de-DE", "28.11.2026", "1.000,50 €"],
  ["ja-JP", "2026/11/28", "€1,000.50"],
])("formats days and money for %s", async (locale, day, money) => {
  const { formatDay, formatMoney } = await formatters(locale);
  expect(formatDay("2026-11-28")).toBe(day);
  expect(formatMoney("1000.50", "EUR").replace(/\s/g, " ")).toBe(money);
});

it("does not round large amounts", async () => {
  const { formatMoney } = await formatters("en-US");
  expect(formatMoney("12345678901234567.89", "USD")).toBe("$12,345,678,901,234,567.89");
  expect(formatMoney("1500", "JPY")).toBe("¥1,500");
});

it.each([
  [1234, true, 0, "1,234"],
  [1234567, true, 0, "1,234,567"],
  [10_001, false, 0, "about 10,000"],
  [100_213, false, 40, "about 100,000"],
  [1_250_001, false, 0, "about 1,300,000"],
  [123_400, false, 123_400, "about 123,400"],
])("shows %i rows, exact: %s, with row %i in view, as %s", async (count, isExact, seen, shown) => {
  const { formatCount } = await formatters("en-US");
  expect(formatCount({ count, pagination: { count_is_exact: isExact } }, seen)).toBe(shown);
});
