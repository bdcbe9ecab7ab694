import { defineConfig, devices } from "@playwright/test";

// Without a CHROMIUM it is the browser that `npx playwright install chromium` downloads.
const { BASE_URL = "http://localhost:8000", CHROMIUM, CI } = process.env;
const isRoot = process.getuid?.() === 0;
const ROOT_FLAGS =
  "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";

/** The built dashboard on the real API: see development.md for starting one without ./scripts/test. */
export default defineConfig({
  testDir: "e2e",
  fullyParallel: true,
  workers: 2,
  timeout: 60_000,
  forbidOnly: CI !== undefined,
  reporter: "list",
  use: {
    ...devices["Desktop Chrome"],
    baseURL: BASE_URL,
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: CHROMIUM,
      args: isRoot ? ROOT_FLAGS.split(" ") : [],
    },
  },
});
