import { Link, useLocation } from "@tanstack/react-router";
import type { KeyboardEvent } from "react";
import { settingsTabs } from "@/lib/features";
import { useIsLarge } from "@/lib/media";

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

/** Tabs that are links, each with its own URL. As in the ARIA pattern, they are one tab stop with arrow keys inside. */
export function SettingsTabs({ panelId }: { panelId: string }) {
  const isLarge = useIsLarge();
  const path = useLocation({ select: ({ pathname }) => pathname.replace(/\/$/, "") });
  return (
    <div
      role="tablist"
      aria-label="Settings"
      aria-orientation={isLarge ? "vertical" : "horizontal"}
      onKeyDown={moveFocus}
      className="relative -mx-4 flex gap-1 overflow-x-auto border-b px-4 pt-1 pb-2 lg:mx-0 lg:flex-col lg:overflow-visible lg:border-0 lg:p-0 print:hidden"
    >
      {settingsTabs.map(({ title, to }) => {
        const isSelected = path === to;
        return (
          <Link
            key={to}
            ref={isSelected ? showTab : undefined}
            to={to}
            role="tab"
            id={isSelected ? `${panelId}-tab` : undefined}
            aria-selected={isSelected}
            aria-controls={isSelected ? panelId : undefined}
            tabIndex={isSelected ? 0 : -1}
            className="flex h-8 shrink-0 items-center rounded-md px-3 font-medium text-[13px] text-muted-foreground transition-colors duration-100 hover:bg-accent hover:text-foreground aria-selected:bg-accent aria-selected:text-foreground pointer-coarse:h-11"
          >
            {title}
          </Link>
        );
      })}
    </div>
  );
}

/** On phones the tabs can be wider than the window. */
function showTab(tab: HTMLElement | null) {
  const list = tab?.parentElement;
  if (list) list.scrollLeft = tab.offsetLeft - (list.clientWidth - tab.offsetWidth) / 2;
}

function moveFocus(event: KeyboardEvent<HTMLElement>) {
  const tabs = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=tab]")];
  const current = tabs.indexOf(document.activeElement as HTMLElement);
  const step = STEPS[event.key];
  const target = step
    ? tabs.at((current + step) % tabs.length)
    : { Home: tabs.at(0), End: tabs.at(-1) }[event.key];
  if (!target) return;
  event.preventDefault();
  target.focus();
}
