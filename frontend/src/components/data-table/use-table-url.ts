import { useMatch, useNavigate, useRouter } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import type { TableSearch } from "@/lib/table-search";
import { useUrlOverlay } from "@/lib/url-overlay";

declare module "@tanstack/react-router" {
  interface HistoryState {
    /** This entry opened a sheet over the previous entry, so closing the sheet goes back. */
    isOverlay?: boolean;
  }
}

const NEW = "new";

/** The table's part of the URL, and the sheet that the URL opens: for the row in `param`, or for a new row. */
export function useTableUrl<Search extends TableSearch>(
  search: Search,
  param: keyof Search & string,
) {
  const router = useRouter();
  const navigate = useNavigate();
  const pathname = useMatch({ strict: false, select: (match) => match.pathname });

  const go = (change: Partial<Search>, options: Parameters<typeof navigate>[0] = {}) => {
    // The user is already leaving, for example for the login page: the parameters do not belong to that page.
    if (router.latestLocation.pathname !== pathname) return;
    void navigate({
      to: ".",
      search: ((previous: Search) => ({ ...previous, ...change })) as never,
      ...options,
    });
  };

  const openOverlay = (change: object) =>
    go(change as Partial<Search>, { resetScroll: false, state: { isOverlay: true } });

  // Going back takes a moment. A second click on Cancel would go back twice and leave the page.
  const isClosing = useRef(false);
  const closeOverlay = () => {
    if (isClosing.current) return;
    isClosing.current = true;
    // The caller has already asked about unsaved input.
    if (router.latestLocation.state.isOverlay) return router.history.back({ ignoreBlocker: true });
    const closed = { [param]: undefined, [NEW]: undefined } as Partial<Search>;
    go(closed, { replace: true, resetScroll: false, ignoreBlocker: true });
  };

  const token = search.new ? NEW : (search[param] as string | undefined);
  useEffect(() => {
    if (token === undefined) isClosing.current = false;
  }, [token]);
  const overlay = useUrlOverlay(token, {
    show: (id) => openOverlay(id === undefined ? { [NEW]: true } : { [param]: id }),
    hide: closeOverlay,
  });
  return {
    go,
    /** The value is the id of the open row; undefined for a new one. */
    sheet: { ...overlay, value: overlay.value === NEW ? undefined : overlay.value },
  };
}
