import type { UserPublic } from "@app/sdk";
import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import { problem } from "./factories";

/**
 * Each test says what its API does. By itself it has only empty lists, for the dashboard's cards of whichever
 * features are there.
 */
export const server = setupServer(
  http.get("*/api/v1/:feature/", () => HttpResponse.json({ data: [], count: 0 })),
  http.get("*/api/v1/:feature/stats", () => HttpResponse.json({ count: 0, days: [] })),
);

export function signedInAs(user: UserPublic) {
  server.use(http.get("*/api/v1/users/me", () => HttpResponse.json(user)));
}

export function signedOut() {
  server.use(http.get("*/api/v1/users/me", () => refuse(401, "AUTH_001", "Not authenticated")));
}

/** An error as the API answers it. */
export function refuse(...args: Parameters<typeof problem>) {
  const body = problem(...args);
  return HttpResponse.json(body, {
    status: body.status,
    headers: { "Content-Type": "application/problem+json" },
  });
}
