import {
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
  28: { hiddenBelow: "@max-[28rem]:hidden", hiddenAbove: "@min-[28rem]:hidden" },
  44: { hiddenBelow: "@max-[44rem]:hidden", hiddenAbove: "@min-[44rem]:hidden" },
  50: { hiddenBelow: "@max-[50rem]:hidden", hiddenAbove: "@min-[50rem]:hidden" },
  60: { hiddenBelow: "@max-[60rem]:hidden", hiddenAbove: "@min-[60rem]:hidden" },
} as const;

interface ColumnMeta {
  /** Sets the width. The columns without one share the rest. */
  className?: string;
  /** The table's width from which the column is shown. Default: always. */
  from?: keyof typeof FROM;
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

/** The classes of a column's cells. */
export function cellClass({ className, from }: ColumnMeta = {}) {
  return cn(className, from && FROM[from].hiddenBelow);
}

export const columnHelper = <Row extends RowData>() => createColumnHelper<Features, Row>();
