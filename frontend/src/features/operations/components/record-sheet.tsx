import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { RowFact } from "@/components/data-table/row-facts";
import { LoadError } from "@/components/layout/load-error";
import { CopyButton } from "@/components/ui/copy-button";
import {
  Sheet,
  SheetContent,
  SheetDescription,
  SheetFooter,
  SheetHeader,
  SheetTitle,
} from "@/components/ui/sheet";
import { Skeleton } from "@/components/ui/skeleton";
import { UserText } from "@/components/ui/user-text";
import type { Overlay } from "@/lib/overlay";

interface RecordSheetProps {
  overlay: Overlay<string>;
  title: string;
  description: string;
  query: { data: unknown; error: unknown; refetch: () => unknown };
  buttons?: ReactNode;
  children: ReactNode;
}

/** The sheet of a job or a mail. It loads by its own URL, so a link works wherever the row is in the list. */
export function RecordSheet({
  overlay,
  title,
  description,
  query: { data, error, refetch },
  buttons,
  children,
}: RecordSheetProps) {
  return (
    <Sheet open={overlay.open} onOpenChange={(open) => !open && overlay.hide()}>
      <SheetContent onCloseAutoFocus={overlay.returnFocus}>
        <SheetHeader>
          <SheetTitle>{title}</SheetTitle>
          <SheetDescription>{description}</SheetDescription>
        </SheetHeader>
        <div className="grid flex-1 auto-rows-min gap-5 overflow-y-auto p-5">
          {data === undefined && error === null && <Skeleton className="h-40" />}
          {data === undefined && error !== null && (
            <LoadError title="Not loaded" error={error} onRetry={() => void refetch()} />
          )}
          <div className="contents">{children}</div>
        </div>
        {buttons && <SheetFooter>{buttons}</SheetFooter>}
      </SheetContent>
    </Sheet>
  );
}

export function Facts({ children }: { children: ReactNode }) {
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] items-center gap-x-6 gap-y-2 text-[13px]">
      {children}
    </dl>
  );
}

/** The id of the request that caused the record, as a link to its story. */
export function RequestFact({ id }: { id: string | null }) {
  if (!id) return null;
  return (
    <RowFact title="Request">
      <span className="flex items-center gap-1">
        <Link
          to="/requests/$requestId"
          params={{ requestId: id }}
          className="truncate font-mono text-xs underline"
        >
          {id}
        </Link>
        <CopyButton text={id} label="Copy request ID" />
      </span>
    </RowFact>
  );
}

/** A text that scrolls in itself: an error, or arguments as JSON. */
export function Block({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <h3 className="font-medium text-[13px]">{title}</h3>
      {children}
    </section>
  );
}

/** What a mail server replies, or what a job got, can repeat what users wrote. */
export function Code({ children }: { children: string }) {
  return (
    <pre className="whitespace-pre-wrap rounded-md border bg-muted p-3 font-mono text-xs wrap-anywhere">
      <UserText>{children}</UserText>
    </pre>
  );
}
