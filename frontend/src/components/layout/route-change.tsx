import { type ParsedLocation, useMatches, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { PROJECT_NAME } from "@/lib/project";

/** Sets the title and the focus. A browser does this on a page load, but a single-page app must do it itself. */
export function RouteChange() {
  const router = useRouter();
  const title = useMatches({
    select: (matches) => matches.findLast((match) => match.staticData.title)?.staticData.title,
  });

  useEffect(() => {
    document.title = title ? `${title} · ${PROJECT_NAME}` : PROJECT_NAME;
  }, [title]);

  useEffect(
    () =>
      router.subscribe("onRendered", ({ fromLocation, pathChanged }) => {
        if (fromLocation && pathChanged) focusHeading();
      }),
    [router],
  );

  useEffect(
    () =>
      router.subscribe("onBeforeLoad", ({ fromLocation, toLocation }) => {
        const isSignedIn = (location: ParsedLocation) =>
          router.matchRoutes(location).some(({ routeId }) => routeId === "/_app");
        if (fromLocation && isSignedIn(fromLocation) !== isSignedIn(toLocation)) closeToasts();
      }),
    [router],
  );

  return null;
}

/** A toast of the signed-in pages means nothing to a visitor, and the other way round. */
const closeToasts = () => void import("@/components/ui/sonner").then((file) => file.closeToasts());

function focusHeading() {
  // Users who move through tabs by keyboard stay on them; the tab names its panel.
  if (document.activeElement?.matches("[role=tab]")) return;
  // Keeps the focus in a form that starts with it.
  if (document.activeElement?.closest("main form")) return;
  const heading = document.querySelector("h1") ?? document.querySelector("main");
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}
