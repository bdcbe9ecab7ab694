import {
  createColumnHelper,
  metaHelper,
  type RowData,
  rowSortingFeature,
  tableFeatures,
} from "@tanstack/react-table";

/** What our tables use of TanStack Table. Rows come filtered, sorted and cut into pages by the API. */
export const features = tableFeatures({
  rowSortingFeature,
  columnMeta: metaHelper<{ className?: string }>(),
});

export const columnHelper = <Row extends RowData>() => createColumnHelper<typeof features, Row>();
