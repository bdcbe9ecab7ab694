import type { SecurityEventPublic } from "@app/sdk";
import { SearchX } from "lucide-react";
import { RowFact } from "@/components/data-table/row-facts";
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
import { factsOf, placeOf, titleOf } from "../kinds";

interface EventSheetProps {
  overlay: Overlay<string>;
  /** Undefined if a link names an event that is not on this page. */
  event: SecurityEventPublic | undefined;
}

/** One event of an account: what, when and from where. */
export default function EventSheet({ overlay, event }: EventSheetProps) {
  return (
    <Sheet open={overlay.open} onOpenChange={(open) => !open && overlay.hide()}>
      <SheetContent onCloseAutoFocus={overlay.returnFocus}>
        <SheetHeader>
          <SheetTitle>{event ? titleOf(event) : "Event"}</SheetTitle>
          <SheetDescription>{event ? formatMoment(event.at) : "Not available"}</SheetDescription>
        </SheetHeader>
        {event ? (
          <dl className="grid grid-cols-[auto_minmax(0,1fr)] items-center gap-x-6 gap-y-2 overflow-y-auto p-5 text-[13px]">
            {[["Device", placeOf(event)], ["Address", event.ip ?? "None"], ...factsOf(event)].map(
              ([title, text]) => (
                <RowFact key={title} title={title ?? ""}>
                  <UserText>{text ?? ""}</UserText>
                </RowFact>
              ),
            )}
          </dl>
        ) : (
          <Empty
            icon={SearchX}
            title="Event not found"
            description="It is not on this page of the list."
          />
        )}
      </SheetContent>
    </Sheet>
  );
}
