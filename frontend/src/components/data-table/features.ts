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

/** What our tables use of TanStack Table. Rows come filtered, sorted and cut into pages by the API. */
export const features = tableFeatures({
  rowSortingFeature,
  rowSelectionFeature,
  columnVisibilityFeature,
  columnMeta: metaHelper<{ className?: string }>(),
});

export type Features = typeof features;
export type TableInstance<Row extends RowData> = ReactTable<Features, Row>;

export const columnHelper = <Row extends RowData>() => createColumnHelper<Features, Row>();
