/** Takes pictures of the main pages and writes them to the given folder. Run by ./scripts/screenshots. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "@playwright/test";

const { BASE_URL, CHROMIUM, SUPERUSER_EMAIL, SUPERUSER_PASSWORD } = process.env;
const [output] = process.argv.slice(2);

/** The day that the pictures show. Dates from the API are moved by the same distance. */
const TODAY = "2026-11-20";
const NOW = `${TODAY}T09:30:00Z`;
const QUALITY = 82;
const SIZES = { wide: { width: 1280, height: 800 }, narrow: { width: 360, height: 740 } };
const THEMES = ["light", "dark"];

const isRoot = process.getuid?.() === 0;
const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: ["--disable-gpu", "--font-render-hinting=none", ...(isRoot ? ["--no-sandbox"] : [])],
});
const pages = await findPages();
for (const [size, viewport] of Object.entries(SIZES)) {
  for (const colorScheme of THEMES) {
    const context = await browser.newContext({
      baseURL: BASE_URL,
      viewport,
      colorScheme,
      hasTouch: size === "narrow",
      isMobile: size === "narrow",
      locale: "en-US",
      timezoneId: "UTC",
      reducedMotion: "reduce",
    });
    for (const [name, path, act] of pages) {
      if (path !== "/login") await signIn(context);
      else await context.clearCookies();
      const picture = await take(context, path, act);
      const file = `${name}-${size}-${colorScheme}.webp`;
      writeFileSync(join(output, file), picture);
      console.log(`${file.padEnd(28)} ${(picture.length / 1000).toFixed(1).padStart(6)} kB`);
    }
    await context.close();
  }
}
await browser.close();

/**
 * Name, path and action of each picture: the pages of the navigation, the palette over the second one, and the login.
 */
async function findPages() {
  const context = await browser.newContext({ baseURL: BASE_URL, viewport: SIZES.wide });
  await signIn(context);
  const page = await context.newPage();
  await page.goto("/");
  const links = page.getByRole("navigation", { name: "Main" }).getByRole("link");
  await links.first().waitFor();
  const found = await links.evaluateAll((all) =>
    all.map((link) => [link.textContent.trim().toLowerCase(), link.pathname]),
  );
  await context.close();
  return [...found, ["palette", found[1][1], openPalette], ["login", "/login"]];
}

async function openPalette(page) {
  await page.keyboard.press("ControlOrMeta+k");
  await page.getByRole("dialog").getByRole("option").first().waitFor();
}

async function signIn(context) {
  const response = await context.request.post("/api/v1/login/session", {
    data: { email: SUPERUSER_EMAIL, password: SUPERUSER_PASSWORD },
    headers: { "Sec-Fetch-Site": "same-origin" },
  });
  if (!response.ok()) throw new Error(`The login answered ${response.status()}.`);
}

async function take(context, path, act) {
  const page = await context.newPage();
  const isQuiet = watchRequests(page);
  await page.clock.setFixedTime(NOW);
  await page.route(/\/api\/v1\/(?!events)/, answerAsOfToday);
  await page.goto(path);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await act?.(page);
  await page
    .locator("[aria-busy=true], [data-slot=skeleton]")
    .first()
    .waitFor({ state: "detached" });
  while (!isQuiet()) await page.evaluate(() => new Promise(requestAnimationFrame));
  await page.addStyleTag({ content: "* { caret-color: transparent !important }" });
  await page.evaluate(() => document.fonts.ready);
  const session = await context.newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", {
    format: "webp",
    quality: QUALITY,
  });
  await page.close();
  return Buffer.from(data, "base64");
}

/** Whether everything that the page requested has arrived. The event stream never ends, so it does not count. */
function watchRequests(page) {
  const open = new Set();
  page.on("request", (request) => request.resourceType() !== "eventsource" && open.add(request));
  page.on("requestfinished", (request) => open.delete(request));
  page.on("requestfailed", (request) => open.delete(request));
  return () => open.size === 0;
}

/** Moves the dates in a response, so that tomorrow's picture is the same. */
async function answerAsOfToday(route) {
  const response = await route.fetch();
  const type = response.headers()["content-type"] ?? "";
  if (!type.includes("json")) return route.fulfill({ response });
  const body = (await response.text()).replace(/\b20\d\d-\d\d-\d\d(?=[T"])/g, moved);
  await route.fulfill({ response, body });
}

function moved(day) {
  const DAY_MS = 86_400_000;
  const today = Date.parse(new Date().toISOString().slice(0, 10));
  const distance = Date.parse(TODAY) - today;
  return new Date(Date.parse(day) + Math.round(distance / DAY_MS) * DAY_MS)
    .toISOString()
    .slice(0, 10);
}
