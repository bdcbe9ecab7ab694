import { RouterProvider } from "@tanstack/react-router";
import { StrictMode, startTransition } from "react";
import { createRoot } from "react-dom/client";
import { createApp } from "@/app/create-app";
import { NoAccess } from "@/lib/access";
import { markMissingChunks } from "@/lib/missing-chunk";
import { watchForNewVersion } from "@/lib/new-version";
import "@/styles/app.css";

markMissingChunks();
// In a task of its own, so that a phone can do something else after it has run all these files. No top-level await:
// pages are in files that import from this one, and would wait for it while it waits for them.
setTimeout(() => void start());

async function start() {
  const { router } = createApp();
  watchForNewVersion(router);
  // The boot shell of index.html stays until the first page can be shown whole, so that nothing of the app flashes by.
  await router.load();

  const root = document.getElementById("root");
  if (!root) throw new Error("index.html has no #root");
  const app = createRoot(root, {
    onCaughtError: (error) => {
      // A page that is not for this person did not fail.
      if (!(error instanceof NoAccess)) console.error(error);
    },
  });
  // Rendered bit by bit: a phone can do something else in between.
  startTransition(() =>
    app.render(
      <StrictMode>
        <RouterProvider router={router} />
      </StrictMode>,
    ),
  );
}
