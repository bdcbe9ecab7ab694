import type { Message, PasskeyPublic } from "@app/sdk";
import { json, list, many } from "../answer";
import type { Api } from "../api";

const DAY = 86_400_000;

/** The passkey at a position in the list. The second one was never used. */
export function passkey(index: number): PasskeyPublic {
  return {
    id: `0198a000-0000-7000-8000-${String(index + 301).padStart(12, "0")}`,
    name: ["Laptop", "Blue security key", "Phone"][index % 3] ?? "",
    is_backed_up: index % 2 === 0,
    created_at: new Date(Date.UTC(2026, 0, 2) + index * DAY).toISOString(),
    last_used_at: index === 1 ? null : "2026-02-03T04:05:06Z",
  };
}

const OPTIONS = {
  challenge: "AAAA",
  timeout: 300_000,
  rpId: "localhost",
  allowCredentials: [],
  userVerification: "required",
};

export default function passkeys(api: Api) {
  const message = (text: string) => json<Message>({ message: text });

  api.on("GET /passkeys/", ({ query }) => list(many(2, passkey), query));
  api.on("PATCH /passkeys/:id", message("Passkey renamed"));
  api.on("DELETE /passkeys/:id", message("Passkey removed"));
  api.on("GET /login/passkeys/options", json({ token: "only-an-example", options: OPTIONS }));
  api.on("GET /users/:user/passkeys/", ({ query }) => list(many(2, passkey), query));
  api.on("POST /users/:user/passkeys/reset", message("Passkeys removed"));
}
