import { createFileRoute, notFound } from "@tanstack/react-router";

/** Every unknown URL. It requires a session like the pages, so that it tells visitors nothing. */
export const Route = createFileRoute("/_app/$")({
  staticData: { title: "Page not found" },
  loader: () => {
    throw notFound();
  },
});
