import type { ApiTokenPublic, Message } from "@app/sdk";
import { json, list, many } from "../answer";
import type { Api } from "../api";

const DAY = 86_400_000;

/** The API token at a position in the list. The third one has expired, the second one was never used. */
export function apiToken(index: number): ApiTokenPublic {
  const created = Date.UTC(2026, 0, 2) - index * DAY;
  const expires = index === 2 ? created + 30 * DAY : Date.UTC(2126, 0, 2);
  return {
    id: `0198a000-0000-7000-8000-${String(index + 201).padStart(12, "0")}`,
    name: ["Nightly report", "Deployment", "Old script"][index % 3] ?? "",
    scopes: index % 2 ? ["read", "write"] : ["read"],
    hint: `x7Q${index % 10}`,
    created_at: new Date(created).toISOString(),
    expires_at: new Date(expires).toISOString(),
    last_used_on: index === 1 ? null : "2026-01-03",
    last_used_ip: index === 1 ? null : `192.0.2.${index + 1}`,
  };
}

export default function tokens(api: Api) {
  const message = (text: string) => json<Message>({ message: text });

  api.on("GET /tokens/", ({ query }) => list(many(3, apiToken), query));
  api.on("POST /tokens/", ({ body }) =>
    json({ ...apiToken(3), name: body.name, scopes: body.scopes, token: "gw_only-an-example" }),
  );
  api.on("DELETE /tokens/:id", message("API token revoked"));
  api.on("GET /users/:user/tokens/", ({ query }) => list(many(3, apiToken), query));
  api.on("DELETE /users/:user/tokens/", message("All API tokens revoked"));
  api.on("DELETE /users/:user/tokens/:id", message("API token revoked"));
}
