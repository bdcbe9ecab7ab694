import { defineConfig, devices } from "@playwright/test";

// Without a CHROMIUM it is the browser that `npx playwright install chromium` downloads.
const { BASE_URL = "http://localhost:8000", CHROMIUM, CI } = process.env;
const isRoot = process.getuid?.() === 0;
const ROOT_FLAGS =
  "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";

/** The built dashboard, on a stub and on the real API: see development.md for starting one without ./scripts/test. */
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
    launchOptions: {
      executablePath: CHROMIUM,
      args: isRoot ? ROOT_FLAGS.split(" ") : [],
    },
  },
  projects: [
    // Every page in every state, on a stub within the tests themselves.
    {
      name: "pages",
      testDir: "e2e/pages",
      // No trace: it costs a quarter of the time, and what fails here fails again with --trace=on.
      use: { contextOptions: { reducedMotion: "reduce" } },
    },
    // What people do, on the real stack.
    {
      name: "journeys",
      testDir: "e2e/journeys",
      use: { baseURL: BASE_URL, trace: "retain-on-failure" },
    },
  ],
});
