import { CatchBoundary } from "@tanstack/react-router";
import { Suspense } from "react";
import { Skeleton } from "@/components/ui/skeleton";
import type { SlotName } from "@/lib/define-feature";
import { slotFillings } from "@/lib/features";

/** What features put here. One that fails leaves a gap, not a broken page. */
export function Slot({ name }: { name: SlotName }) {
  return slotFillings(name).map(({ key, Component }) => (
    <CatchBoundary key={key} getResetKey={() => key} errorComponent={() => null}>
      <Suspense fallback={<Skeleton className="h-68 rounded-xl" />}>
        <Component />
      </Suspense>
    </CatchBoundary>
  ));
}
