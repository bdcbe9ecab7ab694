import { expect, it } from "vitest";
import { createAppClient, readUserMe } from "../src/index.js";
import { errorOf, json, problem, serve } from "./server.js";

it("sends an API token, and reports when it is no longer valid", async () => {
  const refused = problem(401, "AUTH_001");
  const { baseUrl, requests } = await serve(json({ id: "1" }), refused);
  const client = createAppClient({ baseUrl, token: "gw_0123456789" });
  await readUserMe({ client });
  expect(requests[0]?.headers.authorization).toBe("Bearer gw_0123456789");
  expect(await errorOf(readUserMe({ client }))).toMatchObject({ status: 401, code: "AUTH_001" });
  expect(requests).toHaveLength(2); // no retry, and no attempt to sign in
});
