import { describe, expect, it } from "vitest";
import {
  type Client,
  configureAppClient,
  createAppClient,
  createUser,
  client as defaultClient,
  logIn,
  readUserMe,
  readUsers,
} from "../src/index.js";
import { errorOf, json, problem, serve } from "./server.js";

describe("a client", () => {
  it("sends its token, headers and JSON", async () => {
    const { baseUrl, requests } = await serve(json({ id: "1" }));
    const client = createAppClient({ baseUrl, token: "t-1", headers: { "X-App": "cli" } });
    await createUser({
      client,
      body: { email: "ada@example.com", password: "correct horse battery" },
    });
    expect(requests).toMatchObject([
      {
        method: "POST",
        url: "/api/v1/users/",
        headers: {
          authorization: "Bearer t-1",
          "x-app": "cli",
          "content-type": "application/json",
        },
        body: '{"email":"ada@example.com","password":"correct horse battery"}',
      },
    ]);
  });

  it("calls a token function before each request", async () => {
    const { baseUrl, requests } = await serve(json({ id: "1" }));
    const tokens = ["t-1", "t-2", undefined];
    const client = createAppClient({ baseUrl, token: async () => tokens.shift() });
    for (let i = 0; i < 3; i++) await readUserMe({ client });
    const sent = requests.map(({ headers }) => headers.authorization);
    expect(sent).toEqual(["Bearer t-1", "Bearer t-2", undefined]);
  });

  it("passes the caller's own mistakes through", async () => {
    const reason = new Error("Nobody has signed in");
    const token = () => Promise.reject(reason);
    const client = createAppClient({ baseUrl: "http://localhost", token });
    expect(await errorOf(readUserMe({ client }))).toBe(reason);
    const nowhere = createAppClient({ baseUrl: "no address" });
    expect(await errorOf(readUserMe({ client: nowhere }))).toBeInstanceOf(TypeError);
  });

  it("leaves undefined values out of the query", async () => {
    const { baseUrl, requests } = await serve(json({ data: [] }));
    const client = createAppClient({ baseUrl: `${baseUrl}/` });
    await readUsers({
      client,
      query: { limit: 20, sort: "-full_name", q: "a b&c", cursor: undefined },
    });
    expect(requests[0]?.url).toBe("/api/v1/users/?limit=20&sort=-full_name&q=a%20b%26c");
  });

  it("sends cookies to another origin when configured", async () => {
    const sent: RequestCredentials[] = [];
    const record: typeof fetch = async (input, init) => {
      sent.push(new Request(input, init).credentials);
      return Response.json({ id: "1" });
    };
    const baseUrl = "http://localhost";
    await readUserMe({ client: createAppClient({ baseUrl, fetch: record }) });
    const withCookies = createAppClient({ baseUrl, fetch: record, credentials: "include" });
    await readUserMe({ client: withCookies });
    expect(sent).toEqual(["same-origin", "include"]);
  });

  it("leaves the default and other clients alone", async () => {
    const before = defaultClient.getConfig();
    const one = createAppClient({ baseUrl: "http://one.example", token: "t-1" });
    const two = createAppClient({ baseUrl: "http://two.example" });
    expect(defaultClient.getConfig()).toEqual(before);
    expect(origins(one, two)).toEqual(["http://one.example", "http://two.example"]);
    expect(two.getConfig().auth).toBeUndefined();
  });

  it("can be reconfigured without losses or duplicates", async () => {
    const { baseUrl } = await serve(problem(404, "NOT_001"));
    const client = createAppClient({ baseUrl, retry: false });
    configureAppClient(client, { headers: { "X-App": "cli" } });
    expect(await errorOf(readUserMe({ client }))).toMatchObject({ code: "NOT_001" });
    expect(client.getConfig().baseUrl).toBe(baseUrl);
    expect(client.interceptors.error.fns).toHaveLength(1);
  });
});

describe("logIn", () => {
  it("sends the password form and returns a client", async () => {
    const token = {
      access_token: "t-1",
      refresh_token: "r-1",
      token_type: "bearer",
      expires_in: 900,
    };
    const { baseUrl, requests } = await serve(json(token), json({ id: "1" }));
    const client = await logIn({ baseUrl, email: "a@example.com", password: "p&w d" });
    await readUserMe({ client });
    expect(requests).toMatchObject([
      {
        method: "POST",
        url: "/api/v1/login/access-token",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: "username=a%40example.com&password=p%26w+d&scope=offline_access",
      },
      { url: "/api/v1/users/me", headers: { authorization: "Bearer t-1" } },
    ]);
  });

  it("throws the API's refusal", async () => {
    const { baseUrl } = await serve(problem(400, "AUTH_003"));
    const error = await errorOf(logIn({ baseUrl, email: "a@example.com", password: "wrong" }));
    expect(error).toMatchObject({ name: "ApiError", status: 400, code: "AUTH_003" });
  });

  it("can be aborted", async () => {
    const { baseUrl } = await serve(() => stop.abort());
    const stop = new AbortController();
    const options = { baseUrl, email: "a@example.com", password: "p", signal: stop.signal };
    expect(await errorOf(logIn(options))).toMatchObject({ name: "AbortError" });
  });
});

function origins(...clients: Client[]) {
  return clients.map((client) => client.getConfig().baseUrl);
}
