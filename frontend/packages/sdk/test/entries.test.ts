import { QueryClient } from "@tanstack/react-query";
import { describe, expect, it } from "vitest";
import { ZodMiniObject } from "zod/mini";
import { createAppClient } from "../src/index.js";
import { createUserMutation, readUsersOptions, readUsersQueryKey } from "../src/react-query.js";
import { zUserCreate, zUserPublic } from "../src/zod.js";
import { errorOf, json, problem, serve } from "./server.js";

async function queryOf(...responders: Parameters<typeof serve>) {
  const { baseUrl } = await serve(...responders);
  const client = createAppClient({ baseUrl, retry: false });
  return { client, queries: new QueryClient({ defaultOptions: { queries: { retry: false } } }) };
}

describe("@app/sdk/react-query", () => {
  it("fetches and invalidates a feature's lists by tag", async () => {
    const { client, queries } = await queryOf(json({ data: [], count: 0 }));
    const options = readUsersOptions({ client, query: { limit: 20 } });
    expect(await queries.fetchQuery(options)).toEqual({ data: [], count: 0 });
    await queries.invalidateQueries({ queryKey: [{ tags: ["users"] }] });
    const key = readUsersQueryKey({ client, query: { limit: 20 } });
    expect(queries.getQueryState(key)?.isInvalidated).toBe(true);
  });

  it("throws the ApiError", async () => {
    const { client, queries } = await queryOf(problem(401, "AUTH_001"));
    const error = await errorOf(queries.fetchQuery(readUsersOptions({ client })));
    expect(error).toMatchObject({ name: "ApiError", code: "AUTH_001" });
    const { mutationFn } = createUserMutation({ client });
    expect(mutationFn).toBeTypeOf("function");
  });
});

describe("@app/sdk/zod", () => {
  it("exports the API's limits as zod/mini schemas", () => {
    expect(zUserCreate).toBeInstanceOf(ZodMiniObject);
    const ada = { email: "ada@example.com", password: "correct horse battery" };
    expect(zUserCreate.parse(ada)).toMatchObject(ada);
    expect(zUserCreate.safeParse({ ...ada, password: "short" }).success).toBe(false);
    expect(zUserCreate.safeParse({ ...ada, full_name: "a".repeat(256) }).success).toBe(false);
    expect(zUserPublic.safeParse(ada).success).toBe(false);
  });
});
