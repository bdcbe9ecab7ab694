import type { Count, ItemPublic, ItemsStats, Message } from "@app/sdk";
import { days, json, list, many } from "../answer";
import type { Api } from "../api";
import { person } from "./users";

const THINGS = ["Kettle", "Long ladder", "Tool box", "Camping stove", "Sewing machine"];

/** The item at a position in the list. */
export function item(index: number, changes: Partial<ItemPublic> = {}): ItemPublic {
  return {
    id: `0198b000-0000-7000-8000-${String(index + 1).padStart(12, "0")}`,
    owner_id: person(0).id,
    title: `${THINGS[index % THINGS.length]} ${index + 1}`,
    description: index % 3 === 2 ? null : `On shelf ${(index % 12) + 1}`,
    created_at: new Date(Date.UTC(2026, 5, 1) - index * 3_600_000).toISOString(),
    version: 1,
    ...changes,
  };
}

const ITEMS = 45;

export default function items(api: Api) {
  const one = (id = "") => item(Number(id.slice(-12)) - 1);

  api.on("GET /items/", ({ query }) => list(many(ITEMS, item), query));
  api.on("POST /items/", ({ body }) => json(item(ITEMS, body)));
  api.on("GET /items/:id", ({ params }) => json(one(params.id)));
  api.on("PUT /items/:id", ({ params, body }) => json({ ...one(params.id), ...body, version: 2 }));
  api.on("DELETE /items/:id", json<Message>({ message: "Item deleted successfully" }));
  api.on("POST /items/bulk-delete", ({ body }) => json<Count>({ count: body.ids.length }));
  api.on("GET /items/stats", ({ query }) => json<ItemsStats>({ count: ITEMS, days: days(query) }));
}
