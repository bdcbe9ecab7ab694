import { describe, expect, it } from "vitest";
import { collect, createAppClient, paginate, readUsers, type UserPublic } from "../src/index.js";
import { type Answer, errorOf, json, problem, serve } from "./server.js";

/** A page of users named by their full names. */
function page(names: string[], next: string | null, count = 5): Answer {
  return json({
    data: names.map((full_name) => ({ full_name })),
    count,
    pagination: { next_cursor: next },
  });
}

async function listOf(...answers: [Answer, ...Answer[]]) {
  const { baseUrl, requests } = await serve(...answers);
  const client = createAppClient({ baseUrl, retry: false });
  const queries = () => requests.map(({ url }) => new URL(url, baseUrl).search);
  return { client, queries };
}

const names = (users: Pick<UserPublic, "full_name">[]) => users.map(({ full_name }) => full_name);
const THREE_PAGES = [page(["a", "b"], "c1"), page(["c", "d"], "c2"), page(["e"], null)] as const;

describe("paginate", () => {
  it("gives every row of every page, following the cursors to the end", async () => {
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

  it("gives whole pages when asked for them", async () => {
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

  it("gives nothing for an empty list", async () => {
    const { client, queries } = await listOf(page([], null, 0));
    expect(await collect(paginate(readUsers, { client }))).toEqual([]);
    expect(queries()).toEqual([""]);
  });

  it("asks for a page only when its first row is wanted", async () => {
    const { client, queries } = await listOf(...THREE_PAGES);
    for await (const user of paginate(readUsers, { client })) if (user.full_name === "c") break;
    expect(queries()).toHaveLength(2);
  });

  it("begins where a given cursor says, and anew with each loop", async () => {
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

  it("stops at a list that leads in a circle", async () => {
    const { client, queries } = await listOf(
      page(["a"], "c1"),
      page(["b"], "c2"),
      page(["a"], "c1"),
    );
    const error = await errorOf(collect(paginate(readUsers, { client })));
    expect(error).toMatchObject({ message: "The list names a page as the next one twice" });
    expect(queries()).toHaveLength(3);
  });

  it("throws the error of the page that failed, after the rows before it", async () => {
    const { client } = await listOf(page(["a"], "c1"), problem(401, "AUTH_001"));
    const found: (string | null)[] = [];
    const read = async () => {
      for await (const user of paginate(readUsers, { client })) found.push(user.full_name);
    };
    expect(await errorOf(read())).toMatchObject({ name: "ApiError", code: "AUTH_001" });
    expect(found).toEqual(["a"]);
  });

  it("ends within a page when its signal is aborted", async () => {
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

  it("ends while it waits for a page when its signal is aborted", async () => {
    const stop = new AbortController();
    const { client } = await listOf(page(["a"], "c1"), () => stop.abort());
    const rows = collect(paginate(readUsers, { client, signal: stop.signal }));
    expect(await errorOf(rows)).toMatchObject({ name: "AbortError" });
  });
});

describe("collect", () => {
  it("reads no more pages than its limit needs", async () => {
    const { client, queries } = await listOf(...THREE_PAGES);
    const users = paginate(readUsers, { client });
    expect(names(await collect(users, 2))).toEqual(["a", "b"]);
    expect(await collect(users, 0)).toEqual([]);
    expect(queries()).toHaveLength(1);
  });
});
