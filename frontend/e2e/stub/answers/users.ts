import type { Count, Message, UserPublic, UsersStats } from "@app/sdk";
import { days, json, list, many, refuse } from "../answer";
import type { Api } from "../api";

const NAMES = ["Ada Lovelace", "Grace Hopper", "Alan Turing", "Edsger Dijkstra", "Barbara Liskov"];

/** The user at a position in the list. The first one is the one who logs in. */
export function person(index: number, changes: Partial<UserPublic> = {}): UserPublic {
  const name = NAMES[index % NAMES.length] ?? "";
  return {
    id: `0198a000-0000-7000-8000-${String(index + 1).padStart(12, "0")}`,
    email: `${name.split(" ")[0]?.toLowerCase()}-${index}@example.com`,
    full_name: name,
    is_active: index % 7 !== 3,
    is_superuser: index % 9 === 5,
    created_at: new Date(Date.UTC(2026, 0, 2) - index * 86_400_000).toISOString(),
    version: 1,
    avatar_url: null,
    ...changes,
  };
}

const PEOPLE = 45;
/** A placeholder: the tests accept any picture. */
const PICTURE = "/favicon.svg";

export default function users(api: Api) {
  const one = (id = "") => person(Number(id.slice(-12)) - 1);
  const me = (change: (user: UserPublic) => UserPublic) => {
    if (!api.user) return refuse(401, "AUTH_001", "Not authenticated");
    api.user = change(api.user);
    return json(api.user);
  };

  api.on("GET /users/", ({ query }) => list(many(PEOPLE, person), query));
  api.on("POST /users/", ({ body }) => json(person(PEOPLE, { ...body, version: 1 })));
  api.on("GET /users/:id", ({ params }) => json(one(params.id)));
  api.on("PATCH /users/:id", ({ params, body }) =>
    json({ ...one(params.id), ...body, version: 2 }),
  );
  api.on("DELETE /users/:id", json<Message>({ message: "User deleted successfully" }));
  api.on("POST /users/bulk-delete", ({ body }) => json<Count>({ count: body.ids.length }));
  api.on("POST /users/signup", ({ body }) => json(person(1, { email: body.email })));
  api.on("GET /users/stats", ({ query }) =>
    json<UsersStats>({ count: PEOPLE, active_count: 39, superuser_count: 5, days: days(query) }),
  );

  api.on("GET /users/me", () => me((user) => user));
  api.on("PATCH /users/me", ({ body }) =>
    me((user) => ({ ...user, ...body, version: user.version + 1 })),
  );
  api.on("PUT /users/me/avatar", () => me((user) => ({ ...user, avatar_url: PICTURE })));
  api.on("DELETE /users/me/avatar", () => me((user) => ({ ...user, avatar_url: null })));
  api.on("PATCH /users/me/password", json<Message>({ message: "Password updated successfully" }));
  api.on("DELETE /users/me", () => {
    api.user = undefined;
    return json<Message>({ message: "User deleted successfully" });
  });
}
