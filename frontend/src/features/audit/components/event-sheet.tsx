import type { AuditEventPublic } from "@app/sdk";
import { SearchX } from "lucide-react";
import { RowFact } from "@/components/data-table/row-facts";
import { CopyButton } from "@/components/ui/copy-button";
import { Empty } from "@/components/ui/empty";
import {
  Sheet,
  SheetContent,
  SheetDescription,
  SheetHeader,
  SheetTitle,
} from "@/components/ui/sheet";
import { UserText } from "@/components/ui/user-text";
import { formatMoment } from "@/lib/format";
import type { Overlay } from "@/lib/overlay";
import { whoOf } from "../api";

interface EventSheetProps {
  overlay: Overlay<string>;
  /** Undefined if a link names an event that is not on this page. */
  event: AuditEventPublic | undefined;
}

/** One change: who, when, from where, and each field before and after. */
export default function EventSheet({ overlay, event }: EventSheetProps) {
  return (
    <Sheet open={overlay.open} onOpenChange={(open) => !open && overlay.hide()}>
      <SheetContent onCloseAutoFocus={overlay.returnFocus}>
        <SheetHeader>
          <SheetTitle>{event?.action ?? "Event"}</SheetTitle>
          <SheetDescription>
            {event ? formatMoment(event.created_at) : "Not available"}
          </SheetDescription>
        </SheetHeader>
        {event ? (
          <div className="grid gap-5 overflow-y-auto p-5">
            <Facts event={event} />
            <Changes event={event} />
          </div>
        ) : (
          <Empty
            icon={SearchX}
            title="Event not found"
            description="It is not on this page of the list. Search for its request or record."
          />
        )}
      </SheetContent>
    </Sheet>
  );
}

function Facts({ event }: { event: AuditEventPublic }) {
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] items-center gap-x-6 gap-y-2 text-[13px]">
      <RowFact title="User">
        <UserText>{whoOf(event)}</UserText>
      </RowFact>
      <RowFact title="Address">{event.client ?? "None"}</RowFact>
      <Id title="Record" id={event.record_id} />
      {event.request_id && <Id title="Request" id={event.request_id} />}
    </dl>
  );
}

function Id({ title, id }: { title: string; id: string }) {
  return (
    <RowFact title={title}>
      <span className="flex items-center gap-1">
        <span className="truncate font-mono text-xs">{id}</span>
        <CopyButton text={id} label={`Copy ${title.toLowerCase()}`} />
      </span>
    </RowFact>
  );
}

function Changes({ event: { before, after } }: { event: AuditEventPublic }) {
  const names = Object.keys({ ...before, ...after }).sort();
  return (
    <table className="w-full table-fixed border-t text-left text-[13px]">
      <caption className="sr-only">Changed fields</caption>
      <thead>
        <tr className="text-muted-foreground">
          {["Field", "Before", "After"].map((title) => (
            <th key={title} scope="col" className="py-2 pe-3 font-normal">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {names.map((name) => (
          <tr key={name} className="border-t align-top">
            <th scope="row" className="break-words py-2 pe-3 font-medium">
              {name}
            </th>
            <Value value={before?.[name]} />
            <Value value={after?.[name]} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Value({ value }: { value: unknown }) {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return (
    <td className="break-words py-2 pe-3">
      <UserText>{text}</UserText>
    </td>
  );
}
