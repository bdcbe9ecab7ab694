import { defineConfig } from "@hey-api/openapi-ts";

export default defineConfig({
  input: "./openapi.json",
  output: { path: "src/gen", clean: true, module: { extension: ".js" } },
  plugins: [
    { name: "@hey-api/client-fetch", throwOnError: true },
    "@hey-api/typescript",
    { name: "@hey-api/sdk", operations: { strategy: "flat" } },
    { name: "@tanstack/react-query", queryKeys: { tags: true }, infiniteQueryOptions: false },
    { name: "zod", compatibilityVersion: "mini" },
  ],
});
