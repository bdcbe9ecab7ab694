import type { UserPublic } from "@app/sdk";
import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import { problem } from "./factories";

/**
 * Each test defines the API that it needs. By default all lists are empty, for the dashboard's cards of the installed
 * features, a refused session cannot be refreshed, and users have no second factor.
 */
export const server = setupServer(
  http.post("*/api/v1/login/refresh", () => refuse(401, "AUTH_001", "Not authenticated")),
  // Also in a project whose features bring second factors: the user has none.
  http.post("*/api/v1/login/reauthenticate/challenge", () =>
    HttpResponse.json({ token: "", kinds: {} }),
  ),
  http.get("*/api/v1/:feature/", () => HttpResponse.json({ data: [], count: 0 })),
  http.get("*/api/v1/users/me/email", () =>
    HttpResponse.json({ email: "ada@example.com", pending_email: null, pending_until: null }),
  ),
  http.get("*/api/v1/:feature/stats", () => HttpResponse.json({ count: 0, days: [] })),
);

export function signedInAs(user: UserPublic) {
  server.use(http.get("*/api/v1/users/me", () => HttpResponse.json(user)));
}

export function signedOut() {
  server.use(http.get("*/api/v1/users/me", () => refuse(401, "AUTH_001", "Not authenticated")));
}

/** An error in the API's format. */
export function refuse(...args: Parameters<typeof problem>) {
  const body = problem(...args);
  return HttpResponse.json(body, {
    status: body.status,
    headers: { "Content-Type": "application/problem+json" },
  });
}
