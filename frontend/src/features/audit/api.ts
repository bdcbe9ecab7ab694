import { type AuditEventPublic, exportAuditEvents } from "@app/sdk";
import type { ExportRequest } from "@/components/data-table/export-button";
import type { Noun } from "@/lib/noun";
import { type EventSearch, toEventsQuery } from "./list";

export const EVENT: Noun = { one: "Event", many: "Events" };

const PRINCIPALS: Record<string, string> = { anonymous: "A visitor", system: "System" };

/** Who made the change. */
export function whoOf({ user_id, user_email, principal }: AuditEventPublic) {
  if (user_email) return user_email;
  return user_id ? "A deleted user" : (PRINCIPALS[principal] ?? principal);
}

export function exportedEvents(search: EventSearch): ExportRequest {
  const { page: _page, limit: _limit, ...query } = toEventsQuery(search);
  return (options) => exportAuditEvents({ ...options, query });
}
