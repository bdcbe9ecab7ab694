import { CatchBoundary } from "@tanstack/react-router";
import { type ReactNode, Suspense } from "react";
import type { SlotName } from "@/lib/define-feature";
import { slotFillings } from "@/lib/features";

interface SlotProps {
  name: SlotName;
  /** Shown while a filling loads; as high as the filling. */
  fallback?: ReactNode;
}

/** Renders what features put here. A filling that fails leaves a gap instead of breaking the page. */
export function Slot({ name, fallback }: SlotProps) {
  return slotFillings(name).map(({ key, Component }) => (
    <CatchBoundary key={key} getResetKey={() => key} errorComponent={() => null}>
      <Suspense fallback={fallback}>
        <Component />
      </Suspense>
    </CatchBoundary>
  ));
}
