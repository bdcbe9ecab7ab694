import { useRouterState } from "@tanstack/react-router";

/** Shows that a click was registered when a page is slow. The page itself informs screen readers. */
export function ProgressLine() {
  const isPending = useRouterState({ select: (state) => state.status === "pending" });
  if (!isPending) return null;
  return (
    <div aria-hidden className="absolute inset-x-0 -bottom-px h-0.5 overflow-hidden">
      <div className="h-full w-1/3 bg-primary progress-line forced-colors:bg-[Highlight]" />
    </div>
  );
}
