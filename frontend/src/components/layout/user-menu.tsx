import { Link } from "@tanstack/react-router";
import { ChevronsUpDown, Keyboard, LogOut } from "lucide-react";
import { Avatar } from "@/components/ui/avatar";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { Kbd } from "@/components/ui/kbd";
import { UserText } from "@/components/ui/user-text";
import { cn } from "@/lib/cn";
import { menuEntries } from "@/lib/features";
import { useMe } from "@/lib/session";
import { useShell } from "./shell-context";

interface UserMenuProps {
  isCollapsed: boolean;
  onNavigate: (() => void) | undefined;
}

export function UserMenu({ isCollapsed, onNavigate }: UserMenuProps) {
  const me = useMe();
  const { showShortcuts, logOut } = useShell();
  const name = me.full_name || me.email;
  return (
    <DropdownMenu>
      <DropdownMenuTrigger
        data-testid="user-menu"
        className="flex w-full items-center gap-2.5 rounded-md p-1 text-start transition-colors duration-100 hover:bg-accent data-[state=open]:bg-accent"
      >
        <Avatar name={name} src={me.avatar_url} />
        <span className={cn("min-w-0 flex-1 text-[13px] leading-tight", isCollapsed && "sr-only")}>
          <UserText className="block truncate font-medium">{name}</UserText>
          {me.full_name && (
            <UserText className="block truncate text-muted-foreground text-xs">{me.email}</UserText>
          )}
        </span>
        {!isCollapsed && (
          <ChevronsUpDown aria-hidden className="me-1 size-4 shrink-0 text-muted-foreground" />
        )}
      </DropdownMenuTrigger>
      <DropdownMenuContent
        side="top"
        align="start"
        className="w-(--radix-dropdown-menu-trigger-width) min-w-60"
      >
        <DropdownMenuLabel className="text-muted-foreground">
          <UserText className="block truncate">{me.email}</UserText>
        </DropdownMenuLabel>
        <DropdownMenuSeparator />
        {menuEntries.map(({ title, to, icon: Icon }) => (
          <DropdownMenuItem key={to} asChild>
            <Link to={to} onClick={onNavigate}>
              <Icon aria-hidden />
              {title}
            </Link>
          </DropdownMenuItem>
        ))}
        <DropdownMenuItem
          onSelect={() => {
            showShortcuts();
            onNavigate?.();
          }}
        >
          <Keyboard aria-hidden />
          Keyboard shortcuts
          <Kbd keys="?" aria-hidden className="ms-auto" />
        </DropdownMenuItem>
        <DropdownMenuSeparator />
        <DropdownMenuItem onSelect={logOut}>
          <LogOut aria-hidden />
          Log out
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
