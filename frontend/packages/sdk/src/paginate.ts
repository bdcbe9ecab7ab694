import type { Operation } from "./errors.js";

interface PageOf<Row> {
  data: Row[];
  pagination: { next_cursor: string | null };
}

/** A function of the SDK that returns one page of a list: `readUsers`, not `readUserById`. */
export type ListOperation = (options: never) => Promise<{ data: PageOf<unknown> | undefined }>;

type DataOf<Op extends Operation> =
  Awaited<ReturnType<Op>> extends infer Result
    ? Result extends { data: infer Data extends object }
      ? Data
      : never
    : never;

/** A row of a list operation: `RowOf<typeof readUsers>` is `UserPublic`. */
export type RowOf<Op extends ListOperation> = DataOf<Op> extends PageOf<infer Row> ? Row : never;

type OptionsOf<Op extends ListOperation> = NonNullable<Parameters<Op>[0]>;
type QueryOf<Op extends ListOperation> =
  OptionsOf<Op> extends { query?: infer Query } ? NonNullable<Query> : never;

/** The operation's own options. The cursor marks where a page starts, so there is neither `skip` nor `page`. */
export type PaginateOptions<Op extends ListOperation> = Omit<
  OptionsOf<Op>,
  "query" | "throwOnError"
> & { query?: Omit<QueryOf<Op>, "skip" | "page"> };

export interface Paginated<Op extends ListOperation> extends AsyncIterable<RowOf<Op>> {
  /** The pages as the API returns them. `count` is an estimate if `pagination.count_is_exact` is false. */
  pages(): AsyncGenerator<DataOf<Op>, void, undefined>;
}

/**
 * Yields all rows of a list and requests each page when it is needed:
 * `for await (const user of paginate(readUsers, { client }))`.
 *
 * Pages follow cursors: rows that are added or deleted in between neither repeat nor hide others. Each iteration starts
 * from the first page. Leave the loop with `break`, or abort `signal`.
 */
export function paginate<Op extends ListOperation>(
  operation: Op,
  options: PaginateOptions<Op>,
): Paginated<Op> {
  const { signal } = options as AnyOptions;
  const pages = () => readPages(operation as unknown as AnyList<RowOf<Op>>, options);
  return {
    pages: pages as unknown as Paginated<Op>["pages"],
    async *[Symbol.asyncIterator]() {
      for await (const page of pages()) {
        for (const row of page.data) {
          signal?.throwIfAborted();
          yield row;
        }
      }
    },
  };
}

interface AnyOptions {
  query?: { cursor?: string | null };
  signal?: AbortSignal | null;
}

type AnyList<Row> = (options: AnyOptions) => Promise<{ data: PageOf<Row> }>;

async function* readPages<Row>(operation: AnyList<Row>, options: AnyOptions) {
  const seen = new Set<string>();
  let cursor = options.query?.cursor;
  do {
    const { data } = await operation({
      ...options,
      query: { ...options.query, ...(cursor && { cursor }) },
    });
    yield data;
    cursor = data.pagination.next_cursor;
    if (cursor && seen.has(cursor)) throw new Error("The list names a page as the next one twice");
    if (cursor) seen.add(cursor);
  } while (cursor);
}

/** Collects the rows into an array. Requests no more pages than `limit` needs. */
export async function collect<Row>(rows: AsyncIterable<Row>, limit = Infinity): Promise<Row[]> {
  const found: Row[] = [];
  if (limit <= 0) return found;
  for await (const row of rows) {
    found.push(row);
    if (found.length >= limit) break;
  }
  return found;
}
