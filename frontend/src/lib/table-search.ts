import type { SearchSchemaInput } from "@tanstack/react-router";

export const PAGE_SIZES = [10, 20, 50, 100] as const;
const DEFAULT_PAGE_SIZE = 20;
/** With the largest page size, this is the maximum of the API's `skip`. */
const MAX_PAGE = 10_000;
export const MAX_QUERY = 255;

/** The visible part of a list. It is in the URL, so that a link, Reload and Back show the same rows. */
export interface TableSearch<Sort extends string = string> {
  page: number;
  size: number;
  sort: Sort;
  q: string;
  /** The form for a new row is open, so that a link can lead to it. */
  new?: true;
}

/** The defaults stay out of the URL. */
export function tableDefaults<Sort extends string>(sort: Sort): TableSearch<Sort> {
  return { page: 1, size: DEFAULT_PAGE_SIZE, sort, q: "" };
}

/** Reads a value from the URL; undefined when it is invalid. */
type Param<Value> = (value: unknown) => Value | undefined;
type Params<Values> = { [Name in keyof Values]: Param<Values[Name]> };

/** One of several words, for a filter with choices. */
export function oneOf<const Option extends string>(...options: Option[]): Param<Option> {
  return (value) => options.find((option) => option === value);
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** An id, of the open row or of a record to filter by. */
export const uuid: Param<string> = (value) =>
  typeof value === "string" && UUID.test(value) ? value : undefined;

/**
 * `validateSearch` for a page with a table. The first of `sorts` is the default; `params` are the page's own. Invalid
 * values become their defaults, so that a mistyped URL never breaks a page.
 */
export function tableSearch<const Sort extends string, Values extends object = object>(
  sorts: readonly [Sort, ...Sort[]],
  params: Params<Values> = {} as Params<Values>,
) {
  type Search = TableSearch<Sort> & Partial<Values>;
  const defaults = tableDefaults(sorts[0]);
  const readers = Object.entries(params) as [string, Param<unknown>][];
  return (search: Partial<Search> & SearchSchemaInput): Search => {
    const raw: Record<string, unknown> = search;
    const page = Number(raw.page);
    const size = Number(raw.size);
    const q = String(raw.q ?? "");
    const own = readers.map(([name, read]) => [name, read(raw[name])]);
    return {
      page: Number.isInteger(page) && page >= 1 && page <= MAX_PAGE ? page : defaults.page,
      size: PAGE_SIZES.find((option) => option === size) ?? defaults.size,
      sort: sorts.find((sort) => sort === raw.sort) ?? defaults.sort,
      q: q.length <= MAX_QUERY ? q : defaults.q,
      // Missing values are named explicitly. Otherwise the router would keep the URL's raw ones.
      new: String(raw.new) === "true" || undefined,
      ...(Object.fromEntries(own) as Partial<Values>),
    };
  };
}

/** Reads the search of a location, for loaders, which get it without its type. */
export function searchOf<Search>(
  validate: (search: never) => Search,
  location: { search: object },
) {
  return validate(location.search as never);
}

/** The same part of the list as query parameters of the API. */
export function toListQuery<Sort extends string>({ page, size, sort, q }: TableSearch<Sort>) {
  return { page, limit: size, sort, ...(q && { q }) };
}

/** The number of the last page. An empty list has one page. */
export function lastPage(count: number, size: number) {
  return Math.max(1, Math.ceil(count / size));
}
