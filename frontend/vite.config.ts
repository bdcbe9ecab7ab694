import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import { tanstackRouter } from "@tanstack/router-plugin/vite";
import react from "@vitejs/plugin-react";
import { defaultClientConditions } from "vite";
import { defineConfig } from "vitest/config";
import { chunkGroups } from "./chunks.ts";
import { pageFiles } from "./page-files.ts";
import { stackApi } from "./stack-api.ts";

const LEAST_COVERAGE = { statements: 90, branches: 90, functions: 90, lines: 90 };

export default defineConfig({
  plugins: [
    tanstackRouter({
      target: "react",
      autoCodeSplitting: true,
      routesDirectory: "src",
      generatedRouteTree: "src/routeTree.gen.ts",
      virtualRouteConfig: "./routes.ts",
    }),
    react(),
    tailwindcss(),
    pageFiles(),
    stackApi(),
  ],
  resolve: {
    alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) },
    // The SDK's TypeScript source, so that no build step stands between it and the dashboard.
    conditions: ["@app/source", ...defaultClientConditions],
  },
  build: {
    manifest: true,
    rolldownOptions: {
      output: {
        codeSplitting: { groups: chunkGroups },
      },
    },
  },
  test: {
    restoreMocks: true,
    // A busy machine is not a failure.
    testTimeout: 20_000,
    // A request that is aborted while its answer arrives: happy-dom closes the body twice.
    onUnhandledError: ({ message, stack }) =>
      !(message.includes("already closed") && stack?.includes("happy-dom/lib/fetch")),
    silent: "passed-only",
    // What the rest builds on. Pages and components are judged by what they do, in these tests and in Playwright's.
    coverage: {
      include: ["src/lib/**", "packages/sdk/src/**"],
      exclude: ["packages/sdk/src/gen/**", "**/*.test.{ts,tsx}"],
      reporter: [["text", { skipFull: true }]],
      thresholds: {
        "src/lib/**": LEAST_COVERAGE,
        "packages/sdk/src/**": LEAST_COVERAGE,
      },
    },
    projects: [
      {
        extends: true,
        test: {
          name: "dashboard",
          environment: "happy-dom",
          setupFiles: ["src/test/setup.ts"],
          include: ["src/**/*.test.{ts,tsx}"],
        },
      },
      {
        extends: true,
        test: { name: "sdk", environment: "node", include: ["packages/sdk/test/**/*.test.ts"] },
      },
    ],
  },
});
