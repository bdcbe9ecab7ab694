import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

interface RowLinkProps {
  /** The search parameter that names the open row. */
  param: string;
  id: string;
  children: ReactNode;
}

/** A row's name as a real link to the open row, which can be copied and opened in another tab. */
export function RowLink({ param, id, children }: RowLinkProps) {
  return (
    <Link
      to="."
      search={((previous: object) => ({ ...previous, [param]: id })) as never}
      state={{ isOverlay: true }}
      resetScroll={false}
      // The row is already on the page, so there is nothing to preload.
      preload={false}
      className="block max-w-full truncate rounded-xs font-medium hover:underline"
    >
      {children}
    </Link>
  );
}
