import type { ReactNode } from "react";

/** A small dot beside the word with the same meaning. */
export function Status({ isOn, children }: { isOn: boolean; children: ReactNode }) {
  return (
    <span data-slot="status" className="inline-flex items-center gap-2">
      <span
        aria-hidden
        className={`size-2 rounded-full ${isOn ? "bg-primary forced-colors:bg-[CanvasText]" : "border border-muted-foreground"}`}
      />
      {children}
    </span>
  );
}
