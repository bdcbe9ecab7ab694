import { ApiError, INVALID_RESPONSE } from "@app/sdk";
import type { QueryClient, QueryFunctionContext } from "@tanstack/react-query";
import { hasStatus } from "@/lib/errors";

/** A page of any list, as the API returns it. */
export interface Page<Row> {
  data: Row[];
  count: number;
  pagination: { has_next: boolean; next_cursor: string | null; count_is_exact: boolean };
}

interface PageParams {
  page?: number | null;
  cursor?: string | null;
}

type ListKey = readonly [{ query?: PageParams }];

/** The part of the generated options that all lists share. */
interface GeneratedOptions<Row> {
  queryKey: ListKey;
  queryFn?: (context: never) => Page<Row> | Promise<Page<Row>>;
}

export interface ListOptions<Row> {
  queryKey: ListKey;
  queryFn: (context: QueryFunctionContext<ListKey>) => Promise<Page<Row>>;
  /** For rows whose changes nobody reports. */
  refetchInterval?: number;
}

/**
 * The generated options of a list, with two additions. If the previous page is cached and fresh, the next page is
 * requested by its cursor: this costs the same at any depth and continues after the last row that the user saw. A
 * response that is not a list is an error instead of an empty table.
 */
export function listQuery<Row>({ queryKey, queryFn }: GeneratedOptions<Row>): ListOptions<Row> {
  return {
    queryKey,
    queryFn: async (context) => {
      const request = async (key: ListKey) => queryFn?.({ ...context, queryKey: key } as never);
      const byCursor = withCursor(context.client, context.queryKey);
      const page = await request(byCursor).catch((error) => {
        // The API does not know this cursor, for example because an earlier version created it.
        if (byCursor === context.queryKey || !hasStatus(error, 422)) throw error;
        return request(context.queryKey);
      });
      if (page && Array.isArray(page.data)) return page;
      throw new ApiError("The response was not a list", { status: 200, code: INVALID_RESPONSE });
    },
  };
}

function withCursor(client: QueryClient, queryKey: ListKey): ListKey {
  const [{ query, ...rest }] = queryKey;
  if (!query?.page || query.page === 1) return queryKey;
  const before: ListKey = [{ ...rest, query: { ...query, page: query.page - 1 } }];
  const state = client.getQueryState<Page<unknown>>(before);
  const cursor = state?.isInvalidated ? undefined : state?.data?.pagination.next_cursor;
  if (!cursor) return queryKey;
  const { page: _, ...sameList } = query;
  return [{ ...rest, query: { ...sameList, cursor } }];
}
