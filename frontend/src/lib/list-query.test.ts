import { ApiError } from "@app/sdk";
import { QueryClient } from "@tanstack/react-query";
import { beforeEach, describe, expect, it } from "vitest";
import { listQuery } from "./list-query";

type Key = readonly [{ _id: string; query: { page?: number; cursor?: string; limit: number } }];

const key = (page: number): Key => [{ _id: "readNotes", query: { page, limit: 20 } }];
const pageWith = (next_cursor: string | null = null) => ({
  data: [],
  count: 60,
  pagination: { has_next: next_cursor !== null, next_cursor, count_is_exact: true },
});

let client: QueryClient;
let queries: Key[0]["query"][];

beforeEach(() => {
  client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  queries = [];
});

/** Requests a page as a table does; `respond` stands in for the API. */
function request(page: number, respond: (query: Key[0]["query"]) => unknown = () => pageWith()) {
  const queryFn = (({ queryKey: [{ query }] }: { queryKey: Key }) => {
    queries.push(query);
    return respond(query);
  }) as never;
  return client.fetchQuery(listQuery({ queryKey: key(page), queryFn }) as never);
}

describe("a page of a list", () => {
  it("uses the cursor of the cached previous page", async () => {
    client.setQueryData(key(1), pageWith("second"));
    await request(2);
    expect(queries).toEqual([{ cursor: "second", limit: 20 }]);
  });

  it("uses its number without a cached previous page", async () => {
    client.setQueryData(key(1), pageWith("second"));
    await request(3);
    expect(queries).toEqual([{ page: 3, limit: 20 }]);
  });

  it("uses its number after a stale previous page", async () => {
    client.setQueryData(key(1), pageWith("second"));
    await client.invalidateQueries({ queryKey: key(1) });
    await request(2);
    expect(queries).toEqual([{ page: 2, limit: 20 }]);
  });

  it("uses its number without a next cursor", async () => {
    client.setQueryData(key(1), pageWith(null));
    await request(2);
    await request(1);
    expect(queries.map(({ page }) => page)).toEqual([2, 1]);
  });

  it("uses its number when the cursor is refused", async () => {
    client.setQueryData(key(1), pageWith("of an earlier version"));
    const page = await request(2, ({ cursor }) =>
      cursor
        ? Promise.reject(new ApiError("No such cursor", { status: 422, code: "VAL_001" }))
        : pageWith(),
    );
    expect(page).toEqual(pageWith());
    expect(queries).toEqual([
      { cursor: "of an earlier version", limit: 20 },
      { page: 2, limit: 20 },
    ]);
  });

  it("is requested once when the API fails otherwise", async () => {
    client.setQueryData(key(1), pageWith("second"));
    const fail = () => Promise.reject(new ApiError("Down", { status: 503, code: "UNAV_001" }));
    await expect(request(2, fail)).rejects.toMatchObject({ status: 503 });
    expect(queries).toHaveLength(1);
  });

  it.each([undefined, null, {}, "<html>"])("is an error unless it is a list: %s", async (body) => {
    await expect(request(1, () => body)).rejects.toMatchObject({ code: "invalid_response" });
  });
});
