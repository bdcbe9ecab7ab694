import type { AuditEventPublic } from "@app/sdk";
import { list, many } from "../answer";
import type { Api } from "../api";
import { person } from "./users";

const CHANGES = ["update", "create", "delete"];

/** The event at a position in the list. */
export function auditEvent(index: number): AuditEventPublic {
  const { id, email } = person(index % 9);
  return {
    id: `0198a000-0000-7000-8000-${String(index + 5001).padStart(12, "0")}`,
    created_at: new Date(Date.UTC(2026, 0, 2) - index * 3_600_000).toISOString(),
    user_id: index % 5 === 4 ? null : id,
    user_email: index % 5 === 4 ? null : email,
    principal: index % 5 === 4 ? "anonymous" : "session",
    action: `user.${CHANGES[index % 3]}`,
    record_type: "user",
    record_id: id,
    client: "192.0.2.7",
    request_id: "req-stub-1",
    before: index % 3 === 1 ? null : { full_name: "Ada", hashed_password: "***" },
    after: index % 3 === 2 ? null : { full_name: "Ada Lovelace", hashed_password: "***" },
  };
}

export default function audit(api: Api) {
  api.on("GET /audit/", ({ query }) => list(many(95, auditEvent), query));
}
