import { existsSync, readdirSync } from "node:fs";
import { layout, physical, rootRoute, route } from "@tanstack/virtual-file-routes";

/** Mounts the pages of every feature folder that has any. Deleting a folder removes its pages. */
function mount(area: "public" | "app") {
  return readdirSync(new URL("./src/features/", import.meta.url), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `features/${entry.name}/routes/${area}`)
    .filter((path) => existsSync(new URL(`./src/${path}`, import.meta.url)))
    .map((path) => physical("", path));
}

export const routes = rootRoute("app/root.tsx", [
  layout("_public", "app/public-layout.tsx", mount("public")),
  layout("_app", "app/app-layout.tsx", [...mount("app"), route("$", "app/not-found.tsx")]),
]);
