import type { Header, RowData } from "@tanstack/react-table";
import { ArrowDown, ArrowUp, ArrowUpDown } from "lucide-react";
import type { ReactNode } from "react";
import { TableHead } from "@/components/ui/table";
import { cn } from "@/lib/cn";
import { cellClass, type Features } from "./features";

const ARIA_SORT = { asc: "ascending", desc: "descending" } as const;
const ICONS = { asc: ArrowUp, desc: ArrowDown } as const;

interface ColumnHeaderProps<Row extends RowData> {
  header: Header<Features, Row>;
  children: ReactNode;
}

export function ColumnHeader<Row extends RowData>({ header, children }: ColumnHeaderProps<Row>) {
  const { column } = header;
  const className = cn("whitespace-nowrap", cellClass(column));
  if (!column.getCanSort()) return <TableHead className={className}>{children}</TableHead>;

  const sorted = column.getIsSorted();
  const Icon = sorted ? ICONS[sorted] : ArrowUpDown;
  return (
    <TableHead aria-sort={sorted ? ARIA_SORT[sorted] : undefined} className={className}>
      <button
        type="button"
        onClick={column.getToggleSortingHandler()}
        className="-mx-2 inline-flex h-8 items-center gap-1.5 rounded-md px-2 hover:text-foreground pointer-coarse:h-11"
      >
        <span>{children}</span>
        <Icon aria-hidden className={cn("size-3.5", sorted && "text-foreground")} />
      </button>
    </TableHead>
  );
}

export function ActionsHeader() {
  return (
    <TableHead className="w-14 pointer-coarse:w-16 print:hidden">
      <span className="sr-only">Actions</span>
    </TableHead>
  );
}
