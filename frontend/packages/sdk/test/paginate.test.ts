import { describe, expect, it } from "vitest";
import { collect, createAppClient, paginate, readUsers, type UserPublic } from "../src/index.js";
import { errorOf, json, problem, type Responder, serve } from "./server.js";

/** A page of users with these full names. */
function page(names: string[], next: string | null, count = 5): Responder {
  return json({
    data: names.map((full_name) => ({ full_name })),
    count,
    pagination: { next_cursor: next },
  });
}

async function listOf(...responders: [Responder, ...Responder[]]) {
  const { baseUrl, requests } = await serve(...responders);
  const client = createAppClient({ baseUrl, retry: false });
  const queries = () => requests.map(({ url }) => new URL(url, baseUrl).search);
  return { client, queries };
}

const names = (users: Pick<UserPublic, "full_name">[]) => users.map(({ full_name }) => full_name);
const THREE_PAGES = [page(["a", "b"], "c1"), page(["c", "d"], "c2"), page(["e"], null)] as const;

describe("paginate", () => {
  it("follows cursors through every page to the end", async () => {
    const { client, queries } = await listOf(...THREE_PAGES);
    const found: (string | null)[] = [];
    for await (const user of paginate(readUsers, {
      client,
      query: { limit: 2, sort: "full_name" },
    })) {
      found.push(user.full_name);
    }
    expect(found).toEqual(["a", "b", "c", "d", "e"]);
    const first = "?limit=2&sort=full_name";
    expect(queries()).toEqual([first, `${first}&cursor=c1`, `${first}&cursor=c2`]);
  });

  it("yields whole pages", async () => {
    const { client } = await listOf(...THREE_PAGES);
    const found: [number, (string | null)[]][] = [];
    for await (const { data, count } of paginate(readUsers, { client }).pages()) {
      found.push([count, names(data)]);
    }
    expect(found).toEqual([
      [5, ["a", "b"]],
      [5, ["c", "d"]],
      [5, ["e"]],
    ]);
  });

  it.each([0, 3, 1_000_000])("ends with the rows at an estimated count of %i", async (count) => {
    const last = 120;
    const pages = Array.from({ length: last + 1 }, (_, number) =>
      page([`${number}`, `${number}b`], number < last ? `c${number}` : null, count),
    ) as [Responder, ...Responder[]];
    const { client, queries } = await listOf(...pages);
    const rows = await collect(paginate(readUsers, { client }));
    expect(rows).toHaveLength(2 * pages.length);
    expect(queries()).toHaveLength(pages.length);
  });

  it("yields nothing for an empty list", async () => {
    const { client, queries } = await listOf(page([], null, 0));
    expect(await collect(paginate(readUsers, { client }))).toEqual([]);
    expect(queries()).toEqual([""]);
  });

  it("requests a page only when it is needed", async () => {
    const { client, queries } = await listOf(...THREE_PAGES);
    for await (const user of paginate(readUsers, { client })) if (user.full_name === "c") break;
    expect(queries()).toHaveLength(2);
  });

  it("starts from a given cursor on each iteration", async () => {
    const { client, queries } = await listOf(
      page(["c"], "c2"),
      page(["e"], null),
      page(["c"], null),
    );
    const rest = paginate(readUsers, { client, query: { cursor: "c1" } });
    expect(names(await collect(rest))).toEqual(["c", "e"]);
    expect(names(await collect(rest))).toEqual(["c"]);
    expect(queries()).toEqual(["?cursor=c1", "?cursor=c2", "?cursor=c1"]);
  });

  it("stops when the cursors form a loop", async () => {
    const { client, queries } = await listOf(
      page(["a"], "c1"),
      page(["b"], "c2"),
      page(["a"], "c1"),
    );
    const error = await errorOf(collect(paginate(readUsers, { client })));
    expect(error).toMatchObject({ message: "The list names a page as the next one twice" });
    expect(queries()).toHaveLength(3);
  });

  it("throws a failed page's error after earlier rows", async () => {
    const { client } = await listOf(page(["a"], "c1"), problem(401, "AUTH_001"));
    const found: (string | null)[] = [];
    const read = async () => {
      for await (const user of paginate(readUsers, { client })) found.push(user.full_name);
    };
    expect(await errorOf(read())).toMatchObject({ name: "ApiError", code: "AUTH_001" });
    expect(found).toEqual(["a"]);
  });

  it("ends within a page when aborted", async () => {
    const { client, queries } = await listOf(...THREE_PAGES);
    const stop = new AbortController();
    const found: (string | null)[] = [];
    const read = async () => {
      for await (const user of paginate(readUsers, { client, signal: stop.signal })) {
        found.push(user.full_name);
        stop.abort();
      }
    };
    expect(await errorOf(read())).toMatchObject({ name: "AbortError" });
    expect(found).toEqual(["a"]);
    expect(queries()).toHaveLength(1);
  });

  it("stops waiting for a page when aborted", async () => {
    const stop = new AbortController();
    const { client } = await listOf(page(["a"], "c1"), () => stop.abort());
    const rows = collect(paginate(readUsers, { client, signal: stop.signal }));
    expect(await errorOf(rows)).toMatchObject({ name: "AbortError" });
  });
});

describe("collect", () => {
  it("requests no more pages than its limit needs", async () => {
    const { client, queries } = await listOf(...THREE_PAGES);
    const users = paginate(readUsers, { client });
    expect(names(await collect(users, 2))).toEqual(["a", "b"]);
    expect(await collect(users, 0)).toEqual([]);
    expect(queries()).toHaveLength(1);
  });
});
