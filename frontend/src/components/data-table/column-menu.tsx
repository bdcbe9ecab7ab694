import type { RowData } from "@tanstack/react-table";
import { Columns3 } from "lucide-react";
import { useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuCheckboxItem,
  DropdownMenuContent,
  DropdownMenuLabel,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { Tooltip } from "@/components/ui/tooltip";
import { shownFrom, type TableInstance } from "./features";

/** Chooses the visible columns. It stays open while the user chooses. */
export function ColumnMenu<Row extends RowData>({ table }: { table: TableInstance<Row> }) {
  const trigger = useRef<HTMLButtonElement>(null);
  const [width, setWidth] = useState(0);
  const columns = table.getAllLeafColumns().filter((column) => column.getCanHide());
  const fits = (column: (typeof columns)[number]) => width >= shownFrom(column);
  return (
    <DropdownMenu onOpenChange={(open) => open && setWidth(tableWidth(trigger.current))}>
      <Tooltip label="Columns">
        <DropdownMenuTrigger asChild>
          <Button ref={trigger} variant="outline" size="icon-sm" aria-label="Columns">
            <Columns3 aria-hidden />
          </Button>
        </DropdownMenuTrigger>
      </Tooltip>
      <DropdownMenuContent align="end">
        <DropdownMenuLabel className="font-medium">Columns</DropdownMenuLabel>
        {columns.map((column) => (
          <DropdownMenuCheckboxItem
            key={column.id}
            checked={column.getIsVisible() && fits(column)}
            disabled={!fits(column)}
            onSelect={(event) => event.preventDefault()}
            onCheckedChange={(checked) => column.toggleVisibility(checked)}
          >
            {String(column.columnDef.header)}
          </DropdownMenuCheckboxItem>
        ))}
        {!columns.every(fits) && (
          <p className="max-w-48 px-2 py-1.5 text-muted-foreground text-xs">
            Some columns need a wider window.
          </p>
        )}
      </DropdownMenuContent>
    </DropdownMenu>
  );
}

/** In rem, as in a container query. */
function tableWidth(inside: Element | null) {
  const width = inside?.closest("[data-slot=server-table]")?.clientWidth;
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  // Without a layout, as in unit tests, everything fits.
  return width ? width / rem : Number.POSITIVE_INFINITY;
}
