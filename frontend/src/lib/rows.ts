import {
  type MutationMeta,
  type QueryClient,
  type QueryKey,
  type UseMutationOptions,
  type UseQueryOptions,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import type { Page } from "@/lib/list-query";
import { counted, type Noun } from "@/lib/noun";
import { toastSuccess } from "@/lib/toast";

/**
 * Rows of the API: the operation that lists them, the tag of all data that depends on them, and their name for users.
 */
export interface Resource {
  list: string;
  tag: string;
  noun: Noun;
}

interface Row {
  id: string;
}

type Rollback = () => void;

/** The cached pages of a list. Changes here show immediately wherever the rows are on screen. */
class CachedRows {
  constructor(
    private readonly queryClient: QueryClient,
    private readonly resource: Resource,
  ) {}

  /** Returns a rollback for when the API refuses. */
  patch(id: string, change: object): Rollback {
    return this.update((rows) => rows.map((row) => (row.id === id ? { ...row, ...change } : row)));
  }

  remove(ids: readonly string[]): Rollback {
    return this.update((rows) => rows.filter((row) => !ids.includes(row.id)));
  }

  /** Refetches all data that depends on these rows. */
  refresh() {
    return this.queryClient.invalidateQueries({ queryKey: [{ tags: [this.resource.tag] }] });
  }

  private update(change: (rows: Row[]) => Row[]): Rollback {
    const queryKey = [{ _id: this.resource.list }];
    // A response that is still on its way would bring the old rows back.
    void this.queryClient.cancelQueries({ queryKey });
    const before = this.queryClient.getQueriesData<Page<Row>>({ queryKey });
    this.queryClient.setQueriesData<Page<Row>>({ queryKey }, (page) => {
      if (!page) return page;
      const data = change(page.data);
      return { ...page, data, count: page.count - page.data.length + data.length };
    });
    return () => {
      for (const [key, page] of before) this.queryClient.setQueryData(key, page);
    };
  }
}

/**
 * A single row, for the sheet that edits it. It starts with the list's data and leaves the cache with the sheet, so
 * that the next sheet starts with the list's current data.
 */
export function useRow<R extends Row, Failure, Key extends QueryKey>(
  { list }: Resource,
  id: string | undefined,
  options: UseQueryOptions<R, Failure, R, Key>,
) {
  const queryClient = useQueryClient();
  const find = () =>
    queryClient
      .getQueryCache()
      .findAll({ queryKey: [{ _id: list }] })
      .map(({ state }) => ({
        row: (state.data as Page<R> | undefined)?.data.find((row) => row.id === id),
        at: state.dataUpdatedAt,
      }))
      .filter(({ row }) => row)
      .sort((a, b) => b.at - a.at)[0];
  return useQuery({
    ...options,
    enabled: id !== undefined,
    gcTime: 0,
    initialData: () => find()?.row,
    initialDataUpdatedAt: () => find()?.at,
  });
}

interface RowMutation<Data, Variables> {
  /** Shows the result before the API has responded. */
  optimistic?: (rows: CachedRows, variables: Variables) => Rollback;
  /** Text of the toast. */
  success: string | ((data: Data, variables: Variables) => string);
  meta?: MutationMeta;
}

/** Changes rows: shows the result optimistically where it is known, rolls back on failure, and then refetches. */
export function useRowMutation<Data, Failure, Variables>(
  resource: Resource,
  mutation: UseMutationOptions<Data, Failure, Variables>,
  { optimistic, success, meta }: RowMutation<Data, Variables>,
) {
  const queryClient = useQueryClient();
  const rows = new CachedRows(queryClient, resource);
  const mutationKey = [resource.tag];
  return useMutation<Data, Failure, Variables, Rollback | undefined>({
    mutationKey,
    mutationFn: mutation.mutationFn,
    meta,
    onMutate: (variables) => optimistic?.(rows, variables),
    onError: (_error, _variables, rollback) => rollback?.(),
    onSuccess: (data, variables) => {
      // Stores the new version, so that the row can be changed again immediately.
      if (isRow(data)) rows.patch(data.id, data);
      void toastSuccess(typeof success === "string" ? success : success(data, variables));
    },
    onSettled: () => {
      // Only the last mutation refetches. An earlier response would bring back rows that the others have removed.
      if (queryClient.isMutating({ mutationKey }) <= 1) void rows.refresh();
    },
  });
}

const isRow = (data: unknown): data is Row => data instanceof Object && "id" in data;

/** The API's maximum per request. */
const BULK_LIMIT = 100;

/** Deletes selected rows in as many requests as needed, and reports how many were deleted. */
export function useBulkDelete(
  resource: Resource,
  send: (ids: string[]) => Promise<{ data: { count: number } }>,
) {
  const { noun } = resource;
  const mutationFn = async (ids: string[]) => {
    let count = 0;
    for (let start = 0; start < ids.length; start += BULK_LIMIT) {
      count += (await send(ids.slice(start, start + BULK_LIMIT))).data.count;
    }
    return count;
  };
  const { mutate } = useRowMutation(
    resource,
    { mutationFn },
    {
      optimistic: (rows, ids) => rows.remove(ids),
      success: (count, ids) =>
        count === ids.length
          ? `${counted(noun, count)} deleted`
          : `${counted(noun, count)} deleted. The rest had already been deleted.`,
    },
  );
  return mutate;
}

/** The request succeeds only when nobody else has changed the record since this version. */
export const ifMatch = (version: number) => ({ "If-Match": `"${version}"` });
