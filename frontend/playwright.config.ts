import { defineConfig, devices } from "@playwright/test";

// Without CHROMIUM, Playwright uses the browser that `npx playwright install chromium` downloads.
const { BASE_URL = "http://localhost:8000", CHROMIUM, CI } = process.env;
const isRoot = process.getuid?.() === 0;
const ROOT_FLAGS =
  "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";

/**
 * Tests the built dashboard, on a stub and on the real API. development.md says how to run it without ./scripts/test.
 */
export default defineConfig({
  testDir: "e2e",
  fullyParallel: true,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: CI !== undefined,
  reporter: "list",
  use: {
    ...devices["Desktop Chrome"],
    // As a visible browser allows the page in front.
    permissions: ["clipboard-write"],
    launchOptions: {
      executablePath: CHROMIUM,
      args: isRoot ? ROOT_FLAGS.split(" ") : [],
    },
  },
  projects: [
    // Every page in every state, on a stub inside the tests.
    {
      name: "pages",
      testDir: "e2e/pages",
      // No trace: it costs a quarter of the run time, and a failure here is reproducible with --trace=on.
      use: { contextOptions: { reducedMotion: "reduce" } },
    },
    // User journeys on the real stack.
    {
      name: "journeys",
      testDir: "e2e/journeys",
      use: { baseURL: BASE_URL, trace: "retain-on-failure" },
    },
  ],
});
