import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import { tanstackRouter } from "@tanstack/router-plugin/vite";
import react from "@vitejs/plugin-react";
import { defaultClientConditions } from "vite";
import { defineConfig } from "vitest/config";
import { chunkGroups } from "./chunks.ts";
import { requireNode } from "./node-version.ts";
import { pageFiles } from "./page-files.ts";
import { stackApi } from "./stack-api.ts";

requireNode();

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
    // The SDK's TypeScript source, so that the dashboard needs no build of the SDK.
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
    // Allow for a busy machine.
    testTimeout: 20_000,
    // When a request is aborted while its response arrives, happy-dom closes the body twice.
    onUnhandledError: ({ message, stack }) =>
      !(message.includes("already closed") && stack?.includes("happy-dom/lib/fetch")),
    silent: "passed-only",
    // Coverage of the code that the rest builds on. Pages and components are judged by their behaviour, in unit and
    // Playwright tests.
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
          // The contrast test reads its colours.
          css: { include: [/app\.css\?raw/] },
        },
      },
      {
        extends: true,
        test: { name: "sdk", environment: "node", include: ["packages/sdk/test/**/*.test.ts"] },
      },
    ],
  },
});
