import type { SearchSchemaInput } from "@tanstack/react-router";

export const PAGE_SIZES = [10, 20, 50, 100] as const;
const DEFAULT_PAGE_SIZE = 20;
/** With the largest page this is as far as the API's `skip` reaches. */
const MAX_PAGE = 10_000;
export const MAX_QUERY = 255;

/** The part of a list that is on screen. It lives in the URL, so that a link, Reload and Back show the same rows. */
export interface TableSearch<Sort extends string = string> {
  page: number;
  size: number;
  sort: Sort;
  q: string;
}

/** What stays out of the URL because it is the default. */
export function tableDefaults<Sort extends string>(sort: Sort): TableSearch<Sort> {
  return { page: 1, size: DEFAULT_PAGE_SIZE, sort, q: "" };
}

/**
 * `validateSearch` of a page with a table. The first of `sorts` is the default, and whatever makes no sense is
 * replaced by its default: a mistyped address never breaks a page.
 */
export function tableSearch<const Sort extends string>(sorts: readonly [Sort, ...Sort[]]) {
  const defaults = tableDefaults(sorts[0]);
  return (search: Partial<TableSearch<Sort>> & SearchSchemaInput): TableSearch<Sort> => {
    const page = Number(search.page);
    const size = Number(search.size);
    const q = String(search.q ?? "");
    return {
      page: Number.isInteger(page) && page >= 1 && page <= MAX_PAGE ? page : defaults.page,
      size: PAGE_SIZES.find((option) => option === size) ?? defaults.size,
      sort: sorts.find((sort) => sort === search.sort) ?? defaults.sort,
      q: q.length <= MAX_QUERY ? q : defaults.q,
    };
  };
}

/** The same part of the list, as the API's query parameters. */
export function toListQuery<Sort extends string>({ page, size, sort, q }: TableSearch<Sort>) {
  return { page, limit: size, sort, ...(q && { q }) };
}

/** The last page that has rows; an empty list still has its first page. */
export function lastPage(count: number, size: number) {
  return Math.max(1, Math.ceil(count / size));
}
