import { useMatch, useNavigate, useRouter } from "@tanstack/react-router";
import type { TableSearch } from "@/lib/table-search";
import { useUrlOverlay } from "@/lib/url-overlay";

declare module "@tanstack/react-router" {
  interface HistoryState {
    /** This entry opened a sheet over the entry before it: closing it is going back. */
    isOverlay?: boolean;
  }
}

const NEW = "new";

/** What a table says in the URL, and the sheet that the URL opens: of the row in `param`, or for a new row. */
export function useTableUrl<Search extends TableSearch>(
  search: Search,
  param: keyof Search & string,
) {
  const router = useRouter();
  const navigate = useNavigate();
  const pathname = useMatch({ strict: false, select: (match) => match.pathname });

  const go = (change: Partial<Search>, options: Parameters<typeof navigate>[0] = {}) => {
    // On the way to another page, such as the login page when the session has ended: it is none of that one's search.
    if (router.latestLocation.pathname !== pathname) return;
    void navigate({
      to: ".",
      search: ((previous: Search) => ({ ...previous, ...change })) as never,
      ...options,
    });
  };

  const openOverlay = (change: object) =>
    go(change as Partial<Search>, { resetScroll: false, state: { isOverlay: true } });

  const closeOverlay = () => {
    // Whoever closes it has asked already about what was typed.
    if (router.latestLocation.state.isOverlay) return router.history.back({ ignoreBlocker: true });
    const closed = { [param]: undefined, [NEW]: undefined } as Partial<Search>;
    go(closed, { replace: true, resetScroll: false, ignoreBlocker: true });
  };

  const token = search.new ? NEW : (search[param] as string | undefined);
  const overlay = useUrlOverlay(token, {
    show: (id) => openOverlay(id === undefined ? { [NEW]: true } : { [param]: id }),
    hide: closeOverlay,
  });
  return {
    go,
    /** Its value is the id of the open row; none for a new one. */
    sheet: { ...overlay, value: overlay.value === NEW ? undefined : overlay.value },
  };
}
