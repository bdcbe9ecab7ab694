import { Link, useMatches } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { Fragment } from "react";

/** The matched routes that have a title. The last one is the page itself. */
export function Breadcrumbs() {
  const crumbs = useMatches({
    select: (matches) =>
      matches.flatMap(({ pathname, staticData }) =>
        staticData.title ? [{ pathname, title: staticData.title }] : [],
      ),
    structuralSharing: true,
  });
  return (
    <nav aria-label="Breadcrumb" className="min-w-0">
      <ol className="flex items-center gap-1.5 text-[13px]">
        {crumbs.map(({ pathname, title }, index) => (
          <Fragment key={pathname}>
            {index > 0 && (
              <li aria-hidden>
                <ChevronRight className="size-3.5 text-muted-foreground" />
              </li>
            )}
            <li className="truncate">
              {index < crumbs.length - 1 ? (
                <Link to={pathname} className="text-muted-foreground hover:text-foreground">
                  {title}
                </Link>
              ) : (
                <span aria-current="page">{title}</span>
              )}
            </li>
          </Fragment>
        ))}
      </ol>
    </nav>
  );
}
