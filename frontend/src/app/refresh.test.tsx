import { readUserMe, updateUserMe } from "@app/sdk";
import { act, screen } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, it } from "vitest";
import { PROJECT_NAME } from "@/lib/project";
import { user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { refuse, server, signedOut } from "@/test/server";

const ada = user();

/** An API whose access token has expired, until the session is refreshed. */
function expired() {
  const api = { refreshes: 0, isFresh: false, saved: [] as unknown[] };
  const guarded = (respond: () => HttpResponse<object>) => () =>
    api.isFresh ? respond() : refuse(401, "AUTH_001", "Could not validate credentials");
  server.use(
    http.post("*/api/v1/login/refresh", () => {
      api.refreshes += 1;
      api.isFresh = true;
      return new HttpResponse(null, { status: 204 });
    }),
    http.get(
      "*/api/v1/users/me",
      guarded(() => HttpResponse.json(ada)),
    ),
    http.patch("*/api/v1/users/me", async ({ request }) => {
      const body = await request.json();
      if (!api.isFresh) return refuse(401, "AUTH_001", "Could not validate credentials");
      api.saved.push(body);
      return HttpResponse.json(ada);
    }),
  );
  return api;
}

it("stays signed in when the access token has expired", async () => {
  const api = expired();
  const { router } = await renderApp("/settings");
  expect(await screen.findByTestId("user-menu")).toBeInTheDocument();
  expect(router.state.location.pathname).toBe("/settings");
  expect(api.refreshes).toBe(1);
});

it("refreshes once for all requests and repeats them", async () => {
  const api = expired();
  await renderApp("/");
  await screen.findByTestId("user-menu");
  api.isFresh = false;
  const body = { full_name: "Countess" };
  await act(() => Promise.all([readUserMe(), readUserMe(), updateUserMe({ body })]));
  expect(api.refreshes).toBe(2);
  expect(api.saved).toEqual([body]);
});

it("leads to login when the session is over", async () => {
  const api = expired();
  await renderApp("/");
  await screen.findByTestId("user-menu");
  signedOut();
  server.use(http.post("*/api/v1/login/refresh", () => refuse(401, "AUTH_001", "Over")));
  await act(() => Promise.allSettled([readUserMe(), readUserMe()]));
  await screen.findByRole("heading", { name: `Log in to ${PROJECT_NAME}` });
  expect(api.refreshes).toBe(1);
});

it("keeps the page when the refresh cannot be answered", async () => {
  const api = expired();
  const { router } = await renderApp("/");
  await screen.findByTestId("user-menu");
  api.isFresh = false;
  server.use(http.post("*/api/v1/login/refresh", () => refuse(503, "UNAV_001", "Busy")));
  await expect(act(() => readUserMe())).rejects.toMatchObject({ status: 503 });
  expect(router.state.location.pathname).toBe("/");
});
