import type { AuditEventPublic } from "@app/sdk";
import { pageOf } from "@/test/factories";

/** API responses for tests. */

export const renamed = (changes: Partial<AuditEventPublic> = {}): AuditEventPublic => ({
  id: "0198a000-0000-7000-8000-000000000101",
  created_at: "2026-01-02T10:20:30Z",
  user_id: "0198a000-0000-7000-8000-000000000009",
  user_email: "grace@example.com",
  principal: "session",
  action: "user.update",
  record_type: "user",
  record_id: "0198a000-0000-7000-8000-000000000007",
  client: "192.0.2.7",
  request_id: "the-id-of-this-request",
  before: { full_name: "Ada", hashed_password: "***" },
  after: { full_name: "Ada Lovelace", hashed_password: "***" },
  ...changes,
});

export const eventsPage = pageOf<AuditEventPublic>;
