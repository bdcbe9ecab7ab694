import { useRouteContext } from "@tanstack/react-router";
import { ChevronsUpDown, LogOut } from "lucide-react";
import { Avatar } from "@/components/ui/avatar";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { useMe } from "@/lib/session";
import { toastError } from "@/lib/toast";

export function UserMenu() {
  const me = useMe();
  const session = useRouteContext({ from: "/_app", select: (context) => context.session });
  const name = me.full_name || me.email;
  return (
    <DropdownMenu>
      <DropdownMenuTrigger
        data-testid="user-menu"
        className="flex w-full items-center gap-2.5 rounded-md p-2 text-start transition-colors duration-100 hover:bg-accent data-[state=open]:bg-accent"
      >
        <Avatar name={name} />
        <span className="min-w-0 flex-1 text-[13px] leading-tight">
          <span className="block truncate font-medium">{name}</span>
          {me.full_name && (
            <span className="block truncate text-muted-foreground text-xs">{me.email}</span>
          )}
        </span>
        <ChevronsUpDown aria-hidden className="size-4 shrink-0 text-muted-foreground" />
      </DropdownMenuTrigger>
      <DropdownMenuContent side="top" className="w-(--radix-dropdown-menu-trigger-width) min-w-56">
        <DropdownMenuLabel className="truncate text-muted-foreground">{me.email}</DropdownMenuLabel>
        <DropdownMenuSeparator />
        <DropdownMenuItem onSelect={() => void session.end().catch(toastError)}>
          <LogOut aria-hidden />
          Log out
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
