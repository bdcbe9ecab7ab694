import { useMatches, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { PROJECT_NAME } from "@/lib/project";

/** What a browser does on a page load and a single-page app must do itself: the title, and where the focus goes. */
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

  return null;
}

function focusHeading() {
  // Who goes through tabs by keyboard stays on them; the tab says which panel is shown.
  if (document.activeElement?.matches("[role=tab]")) return;
  // A page that is a form starts there.
  if (document.activeElement?.closest("main form")) return;
  const heading = document.querySelector("h1") ?? document.querySelector("main");
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}
