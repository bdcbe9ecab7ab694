import type { UseQueryResult } from "@tanstack/react-query";
import { SearchX } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { LoadError } from "@/components/layout/load-error";
import { Empty } from "@/components/ui/empty";
import {
  Sheet,
  SheetContent,
  SheetDescription,
  SheetHeader,
  SheetTitle,
} from "@/components/ui/sheet";
import { Skeleton } from "@/components/ui/skeleton";
import { hasStatus } from "@/lib/errors";
import type { Noun } from "@/lib/noun";
import type { Overlay } from "@/lib/overlay";

const SLOW_MS = 400;

interface RowSheetProps<Row> {
  overlay: Overlay<string>;
  noun: Noun;
  record: UseQueryResult<Row, unknown>;
  /** The sheet itself, once the row has loaded. */
  children: (row: Row) => ReactNode;
}

/** The open row. A link can name one that is not on this page or no longer exists. */
export function RowSheet<Row>({ overlay, noun, record, children }: RowSheetProps<Row>) {
  const isSlow = useIsSlow();
  if (record.data !== undefined) return children(record.data);
  if (!record.error && !isSlow) return null;
  return (
    <Sheet open={overlay.open} onOpenChange={(open) => !open && overlay.hide()}>
      <SheetContent onCloseAutoFocus={overlay.returnFocus}>
        <SheetHeader>
          <SheetTitle>Edit {noun.one}</SheetTitle>
          <SheetDescription>{record.error ? "Not available" : "Loading…"}</SheetDescription>
        </SheetHeader>
        {record.error ? <Failure noun={noun} record={record} /> : <Loading />}
      </SheetContent>
    </Sheet>
  );
}

/** Delays the loading sheet, because one that is replaced immediately would flicker. */
function useIsSlow() {
  const [isSlow, setIsSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, []);
  return isSlow;
}

function Failure<Row>({
  noun,
  record: { error, refetch },
}: Pick<RowSheetProps<Row>, "noun" | "record">) {
  if (hasStatus(error, 404)) {
    return (
      <Empty
        icon={SearchX}
        title={`${noun.one} not found`}
        description="It may have been deleted, or you don't have access."
      />
    );
  }
  return (
    <LoadError
      title={`Couldn't load this ${noun.one.toLowerCase()}`}
      error={error}
      onRetry={() => void refetch()}
    />
  );
}

function Loading() {
  return (
    <div className="grid gap-5 p-5">
      <Skeleton className="h-15" />
      <Skeleton className="h-30" />
    </div>
  );
}
