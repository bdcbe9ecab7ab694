import { Link } from "@tanstack/react-router";
import { useId } from "react";
import { Kbd } from "@/components/ui/kbd";
import { Tooltip } from "@/components/ui/tooltip";
import { cn } from "@/lib/cn";
import type { NavEntry } from "@/lib/define-feature";
import { navEntries, visibleTo } from "@/lib/features";
import { PROJECT_NAME } from "@/lib/project";
import { useMe } from "@/lib/session";
import { Logo } from "./logo";
import { UserMenu } from "./user-menu";

interface SidebarProps {
  /** Shows icons only. */
  isCollapsed?: boolean;
  /** Closes the sheet around it on small screens. */
  onNavigate?: () => void;
}

/** The same beside the page and in the sheet on small screens. */
export function Sidebar({ isCollapsed = false, onNavigate }: SidebarProps) {
  const entries = navEntries.filter(visibleTo(useMe()));
  const admin = entries.filter(({ area }) => area === "admin");
  const list = (of: NavEntry[]) => (
    <ul className="grid gap-0.5">
      {of.map((entry) => (
        <li key={entry.to}>
          <EntryLink entry={entry} isCollapsed={isCollapsed} onNavigate={onNavigate} />
        </li>
      ))}
    </ul>
  );
  const adminId = useId();

  return (
    <div className="flex h-full flex-col">
      <Link
        to="/"
        onClick={onNavigate}
        className="m-2 flex h-8 max-w-[calc(100%-1rem)] items-center gap-2.5 self-start rounded-md px-2 font-semibold tracking-tight"
      >
        <Logo className="shrink-0" />
        <span className={cn("truncate", isCollapsed && "sr-only")}>{PROJECT_NAME}</span>
      </Link>
      <nav aria-label="Main" className="flex-1 overflow-y-auto p-2">
        {list(entries.filter(({ area }) => area !== "admin"))}
        {admin.length > 0 && (
          <section aria-labelledby={adminId} className="mt-4">
            <h2
              id={adminId}
              className={
                isCollapsed ? "sr-only" : "mb-1 px-2 font-medium text-muted-foreground text-xs"
              }
            >
              Administration
            </h2>
            {isCollapsed && <hr className="mx-1 mb-2" />}
            {list(admin)}
          </section>
        )}
      </nav>
      <div className="border-t p-2">
        <UserMenu isCollapsed={isCollapsed} onNavigate={onNavigate} />
      </div>
    </div>
  );
}

interface EntryLinkProps {
  entry: NavEntry;
  isCollapsed: boolean;
  onNavigate: (() => void) | undefined;
}

function EntryLink({ entry, isCollapsed, onNavigate }: EntryLinkProps) {
  const { title, to, icon: Icon, keys } = entry;
  const link = (
    <Link
      to={to}
      onClick={onNavigate}
      activeOptions={{ exact: to === "/", includeSearch: false }}
      className="group flex h-8 items-center gap-2.5 rounded-md px-3 font-medium text-[13px] text-muted-foreground transition-colors duration-100 hover:bg-accent hover:text-foreground pointer-coarse:h-11 data-[status=active]:bg-accent data-[status=active]:text-foreground [&[data-status=active]_svg]:text-primary"
    >
      <Icon aria-hidden className="size-4 shrink-0" />
      <span className={cn("truncate", isCollapsed && "sr-only")}>{title}</span>
      {keys && !isCollapsed && (
        <Kbd
          keys={keys}
          aria-hidden
          className="ms-auto opacity-0 group-hover:opacity-100 group-focus-visible:opacity-100 pointer-coarse:hidden"
        />
      )}
    </Link>
  );
  if (!isCollapsed) return link;
  return (
    <Tooltip label={title} keys={keys} side="right">
      {link}
    </Tooltip>
  );
}
