import { Ellipsis, type LucideIcon } from "lucide-react";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";

export interface RowAction {
  title: string;
  icon: LucideIcon;
  isDestructive?: boolean;
  run: () => void;
}

export function RowMenu({ name, actions }: { name: string; actions: RowAction[] }) {
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" size="icon-sm" aria-label={`Actions for ${name}`}>
          <Ellipsis aria-hidden />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end" onCloseAutoFocus={keepDialogFocus}>
        {actions.map(({ title, icon: Icon, isDestructive, run }) => (
          <DropdownMenuItem
            key={title}
            variant={isDestructive ? "destructive" : "default"}
            onSelect={run}
          >
            <Icon aria-hidden />
            {title}
          </DropdownMenuItem>
        ))}
      </DropdownMenuContent>
    </DropdownMenu>
  );
}

/** An action's dialog can open before the menu has closed. Then the dialog keeps the focus. */
function keepDialogFocus(event: Event) {
  if (document.activeElement?.closest("[role=dialog], [role=alertdialog]")) event.preventDefault();
}
