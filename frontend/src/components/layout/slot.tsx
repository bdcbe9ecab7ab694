import { CatchBoundary } from "@tanstack/react-router";
import { type ReactNode, Suspense } from "react";
import type { SlotName } from "@/lib/define-feature";
import { slotFillings } from "@/lib/features";

interface SlotProps {
  name: SlotName;
  /** In place of each filling while its code loads; of the same height. */
  fallback?: ReactNode;
}

/** What features put here. One that fails leaves a gap, not a broken page. */
export function Slot({ name, fallback }: SlotProps) {
  return slotFillings(name).map(({ key, Component }) => (
    <CatchBoundary key={key} getResetKey={() => key} errorComponent={() => null}>
      <Suspense fallback={fallback}>
        <Component />
      </Suspense>
    </CatchBoundary>
  ));
}
