import { RouterProvider } from "@tanstack/react-router";
import { StrictMode, startTransition } from "react";
import { createRoot } from "react-dom/client";
import { createApp } from "@/app/create-app";
import { markMissingChunks } from "@/lib/missing-chunk";
import { watchForNewVersion } from "@/lib/new-version";
import "@/styles/app.css";

markMissingChunks();
// In a separate task, so that a phone can respond to input after it has run all these files. No top-level await: pages
// import from this file and would wait for it while it waits for them.
setTimeout(() => void start());

async function start() {
  const { router } = createApp();
  watchForNewVersion(router);
  // The boot shell of index.html stays until the first page is complete, so that no part of the app flashes.
  await router.load();

  const root = document.getElementById("root");
  if (!root) throw new Error("index.html has no #root");
  const app = createRoot(root, { onCaughtError: (error) => console.error(error) });
  // Rendered in small steps, so that a phone can respond to input in between.
  startTransition(() =>
    app.render(
      <StrictMode>
        <RouterProvider router={router} />
      </StrictMode>,
    ),
  );
}
