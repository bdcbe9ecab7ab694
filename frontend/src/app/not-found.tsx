import { createFileRoute, notFound } from "@tanstack/react-router";

/** Every other address: behind the session like the pages, so that it tells a visitor nothing. */
export const Route = createFileRoute("/_app/$")({
  staticData: { title: "Page not found" },
  loader: () => {
    throw notFound();
  },
});
