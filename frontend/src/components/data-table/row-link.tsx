import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

interface RowLinkProps {
  /** The page's search parameter that says which row is open. */
  param: string;
  id: string;
  children: ReactNode;
}

/** The name of a row. A real link to the open row: it can be copied, and opened in another tab. */
export function RowLink({ param, id, children }: RowLinkProps) {
  return (
    <Link
      to="."
      search={((previous: object) => ({ ...previous, [param]: id })) as never}
      state={{ isOverlay: true }}
      resetScroll={false}
      // What it opens is on the page already.
      preload={false}
      className="block max-w-full truncate rounded-xs font-medium hover:underline"
    >
      {children}
    </Link>
  );
}
