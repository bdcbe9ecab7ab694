import type { Column, RowData } from "@tanstack/react-table";
import { Skeleton } from "@/components/ui/skeleton";
import { TableCell, TableRow } from "@/components/ui/table";
import { cellClass, type Features } from "./features";

const ROWS = ["a", "b", "c", "d", "e", "f", "g", "h"];

/** As high as real rows, so that nothing moves when they arrive. */
export function SkeletonRows<Row extends RowData>({
  columns,
  isSelectable,
}: {
  columns: Column<Features, Row>[];
  isSelectable: boolean;
}) {
  return ROWS.map((row) => (
    <TableRow key={row}>
      {isSelectable && <TableCell />}
      {columns.map((column) => (
        <TableCell key={column.id} className={cellClass(column)}>
          <Skeleton className="h-4 w-full max-w-40" />
        </TableCell>
      ))}
      <TableCell />
    </TableRow>
  ));
}
