import {
  type Column,
  columnVisibilityFeature,
  createColumnHelper,
  metaHelper,
  type ReactTable,
  type RowData,
  rowSelectionFeature,
  rowSortingFeature,
  tableFeatures,
} from "@tanstack/react-table";
import { cn } from "@/lib/cn";

/**
 * The widths of a table, in rem, from which a column can be shown. Tailwind needs the class names in full. Below 44 rem
 * a table has the phone layout: its first column also shows what the hidden columns hold.
 */
export const FROM = {
  0: { hiddenBelow: "", hiddenAbove: "hidden" },
  28: { hiddenBelow: "@max-[28rem]:hidden", hiddenAbove: "@min-[28rem]:hidden" },
  44: { hiddenBelow: "@max-[44rem]:hidden", hiddenAbove: "@min-[44rem]:hidden" },
  50: { hiddenBelow: "@max-[50rem]:hidden", hiddenAbove: "@min-[50rem]:hidden" },
  60: { hiddenBelow: "@max-[60rem]:hidden", hiddenAbove: "@min-[60rem]:hidden" },
  70: { hiddenBelow: "@max-[70rem]:hidden", hiddenAbove: "@min-[70rem]:hidden" },
  80: { hiddenBelow: "@max-[80rem]:hidden", hiddenAbove: "@min-[80rem]:hidden" },
} as const;

export type Width = keyof typeof FROM;

/** For columns that do not say it: each has at least 10 rem. */
const BY_POSITION: Width[] = [0, 28, 44, 50, 60, 70];
const LAST: Width = 80;

interface ColumnMeta {
  /** Sets the width. The columns without one share the rest. */
  className?: string;
  /** The table's width from which the column is shown. Default: by its position, the first one always. */
  from?: Width;
}

/** The parts of TanStack Table that our tables use. The API filters, sorts and paginates. */
export const features = tableFeatures({
  rowSortingFeature,
  rowSelectionFeature,
  columnVisibilityFeature,
  columnMeta: metaHelper<ColumnMeta>(),
});

export type Features = typeof features;
export type TableInstance<Row extends RowData> = ReactTable<Features, Row>;

/** The width from which a table shows the column. */
export function shownFrom<Row extends RowData>(column: Column<Features, Row>): Width {
  const position = column.table.getAllLeafColumns().indexOf(column);
  return column.columnDef.meta?.from ?? BY_POSITION[position] ?? LAST;
}

/** The classes of a column's cells. */
export function cellClass<Row extends RowData>(column: Column<Features, Row>) {
  return cn(column.columnDef.meta?.className, FROM[shownFrom(column)].hiddenBelow);
}

export const columnHelper = <Row extends RowData>() => createColumnHelper<Features, Row>();
