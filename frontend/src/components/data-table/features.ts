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

/** The parts of TanStack Table that our tables use. The API filters, sorts and paginates. */
export const features = tableFeatures({
  rowSortingFeature,
  rowSelectionFeature,
  columnVisibilityFeature,
  columnMeta: metaHelper<{ className?: string }>(),
});

export type Features = typeof features;
export type TableInstance<Row extends RowData> = ReactTable<Features, Row>;

export const columnHelper = <Row extends RowData>() => createColumnHelper<Features, Row>();
