import { zReadUsersQuery } from "@app/sdk/zod";
import { describe, expect, it } from "vitest";
import { parseSearch, stringifySearch } from "./search-params";
import {
  lastPage,
  MAX_QUERY,
  oneOf,
  tableDefaults,
  tableSearch,
  toListQuery,
  uuid,
} from "./table-search";

const validate = tableSearch(["-created_at", "title"]);
// As the router calls it, with any URL.
const fromUrl = (url: string) => (validate as (search: object) => unknown)(parseSearch(url));

describe("the table's part of the URL", () => {
  it("defaults to the first page", () => {
    expect(fromUrl("")).toEqual({ page: 1, size: 20, sort: "-created_at", q: "" });
  });

  it("limits the search text as the API does", () => {
    const { q } = zReadUsersQuery.shape;
    expect(q.safeParse("a".repeat(MAX_QUERY)).success).toBe(true);
    expect(q.safeParse("a".repeat(MAX_QUERY + 1)).success).toBe(false);
  });

  it("is read from the parameters", () => {
    expect(fromUrl("?page=3&size=50&sort=title&q=a+b")).toEqual({
      page: 3,
      size: 50,
      sort: "title",
      q: "a b",
    });
  });

  it.each([
    "?page=0",
    "?page=-3",
    "?page=1.5",
    "?page=x",
    "?page=1e9",
    "?page=Infinity",
    "?size=7",
    "?size=100000",
    "?sort=__proto__",
    `?q=${"x".repeat(256)}`,
  ])("ignores invalid values: %s", (url) => {
    expect(fromUrl(url)).toEqual(fromUrl(""));
  });
});

describe("a page's own parameters", () => {
  const id = "0198a000-0000-7000-8000-000000000002";
  const own = tableSearch(["title"], { state: oneOf("active", "inactive"), note: uuid });
  const ownFromUrl = (url: string) => (own as (search: object) => object)(parseSearch(url));

  it("are read, and undefined without a value", () => {
    expect(ownFromUrl(`?state=inactive&note=${id}&new=true`)).toMatchObject({
      state: "inactive",
      note: id,
      new: true,
    });
    expect(ownFromUrl("")).toStrictEqual({
      ...tableDefaults("title"),
      new: undefined,
      state: undefined,
      note: undefined,
    });
  });

  it.each([
    "?state=gone",
    "?state=",
    "?state=constructor",
    "?note=17",
    `?note=${id}%00`,
    `?note=../${id}`,
    "?new=1",
    "?new=false",
    "?role=active",
  ])("ignores invalid values: %s", (url) => {
    expect(ownFromUrl(url)).toStrictEqual(ownFromUrl(""));
  });
});

it("becomes API parameters, with q only when set", () => {
  expect(toListQuery({ page: 2, size: 50, sort: "title", q: "" })).toEqual({
    page: 2,
    limit: 50,
    sort: "title",
  });
  expect(toListQuery({ page: 1, size: 20, sort: "title", q: "x" })).toHaveProperty("q", "x");
});

it.each([
  [0, 20, 1],
  [1, 20, 1],
  [20, 20, 1],
  [21, 20, 2],
  [100, 10, 10],
])("%i rows in pages of %i end on page %i", (count, size, page) => {
  expect(lastPage(count, size)).toBe(page);
});

describe("query strings", () => {
  it("are plain text in both directions", () => {
    const text = stringifySearch({ q: "10", page: 2, none: undefined });
    expect(text).toBe("?q=10&page=2");
    expect(parseSearch(text)).toEqual({ q: "10", page: "2" });
  });

  it("are empty without values", () => {
    expect(stringifySearch({ q: undefined })).toBe("");
  });
});
