import { ApiError, INVALID_RESPONSE } from "@app/sdk";
import type { QueryClient, QueryFunctionContext } from "@tanstack/react-query";
import { hasStatus } from "@/lib/errors";

/** A page of any list, as the API answers it. */
export interface Page<Row> {
  data: Row[];
  count: number;
  pagination: { next_cursor: string | null };
}

interface PageParams {
  page?: number | null;
  cursor?: string | null;
}

type ListKey = readonly [{ query?: PageParams }];

/** The part of the generated options that all lists have in common. */
interface GeneratedOptions<Row> {
  queryKey: ListKey;
  queryFn?: (context: never) => Page<Row> | Promise<Page<Row>>;
}

export interface ListOptions<Row> {
  queryKey: ListKey;
  queryFn: (context: QueryFunctionContext<ListKey>) => Promise<Page<Row>>;
}

/**
 * The generated options of a list, with two additions. A page is asked for by the cursor of the page before when that
 * one is at hand and fresh: "Next" then costs the same at any depth, and goes on behind the row that people saw. And an
 * answer that is no list is an error, not an empty table.
 */
export function listQuery<Row>({ queryKey, queryFn }: GeneratedOptions<Row>): ListOptions<Row> {
  return {
    queryKey,
    queryFn: async (context) => {
      const ask = async (key: ListKey) => queryFn?.({ ...context, queryKey: key } as never);
      const byCursor = withCursor(context.client, context.queryKey);
      const page = await ask(byCursor).catch((error) => {
        // A cursor that the API does not know, such as one of an earlier version.
        if (byCursor === context.queryKey || !hasStatus(error, 422)) throw error;
        return ask(context.queryKey);
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
