import type { ItemPublic } from "@app/sdk";
import { pageOf } from "@/test/factories";

/** API responses for tests. */

export function item(changes: Partial<ItemPublic> = {}): ItemPublic {
  return {
    id: "0198a000-0000-7000-8000-000000000002",
    owner_id: "0198a000-0000-7000-8000-000000000001",
    title: "Spare keys",
    description: "In the blue box",
    created_at: "2026-01-02T03:04:05Z",
    version: 1,
    ...changes,
  };
}

export const itemsPage = pageOf<ItemPublic>;
