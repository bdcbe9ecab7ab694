import { Link } from "@tanstack/react-router";
import { navEntries } from "@/lib/features";
import { PROJECT_NAME } from "@/lib/project";
import { Logo } from "./logo";
import { UserMenu } from "./user-menu";

/** The same beside the page and inside the sheet of small screens, which closes on `onNavigate`. */
export function Sidebar({ onNavigate }: { onNavigate?: () => void }) {
  return (
    <div className="flex h-full flex-col">
      <Link
        to="/"
        onClick={onNavigate}
        className="m-2 flex h-8 items-center gap-2.5 self-start rounded-md px-2 font-semibold tracking-tight"
      >
        <Logo />
        {PROJECT_NAME}
      </Link>
      <nav aria-label="Main" className="flex-1 overflow-y-auto px-2 py-2">
        <ul className="grid gap-0.5">
          {navEntries.map(({ title, to, icon: Icon }) => (
            <li key={to}>
              <Link
                to={to}
                onClick={onNavigate}
                activeOptions={{ exact: to === "/", includeSearch: false }}
                className="flex h-8 items-center gap-2.5 rounded-md px-2 font-medium text-[13px] text-muted-foreground transition-colors duration-100 hover:bg-accent hover:text-foreground pointer-coarse:h-11 data-[status=active]:bg-accent data-[status=active]:text-foreground [&[data-status=active]_svg]:text-primary"
              >
                <Icon aria-hidden className="size-4" />
                {title}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <div className="border-t p-2">
        <UserMenu />
      </div>
    </div>
  );
}
