import type { RowData } from "@tanstack/react-table";
import { ArrowDown, ArrowUp, ArrowUpDown } from "lucide-react";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuRadioGroup,
  DropdownMenuRadioItem,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { FROM, shownFrom, type TableInstance, type Width } from "./features";
import { stateToSort } from "./sorting";

const DIRECTIONS = [
  { desc: false, name: "ascending", Icon: ArrowUp },
  { desc: true, name: "descending", Icon: ArrowDown },
];

/** Sorts by any column, where the headers of some are hidden. */
export function SortMenu<Row extends RowData>({ table }: { table: TableInstance<Row> }) {
  const columns = table.getAllLeafColumns().filter((column) => column.getCanSort());
  const hidesSome = columns.some((column) => !column.getIsVisible());
  const widest = Math.max(0, ...columns.map((column) => shownFrom(column))) as Width;
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button
          variant="outline"
          size="icon-sm"
          aria-label="Sort"
          className={hidesSome ? "" : FROM[widest].hiddenAbove}
        >
          <ArrowUpDown aria-hidden />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        <DropdownMenuRadioGroup
          value={stateToSort(table.state.sorting) ?? ""}
          onValueChange={(sort) =>
            table.setSorting([{ id: sort.replace(/^-/, ""), desc: sort.startsWith("-") }])
          }
        >
          {columns.flatMap((column) =>
            DIRECTIONS.map(({ desc, name, Icon }) => (
              <DropdownMenuRadioItem key={column.id + name} value={(desc ? "-" : "") + column.id}>
                <Icon aria-hidden />
                {`${column.columnDef.header}, ${name}`}
              </DropdownMenuRadioItem>
            )),
          )}
        </DropdownMenuRadioGroup>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
