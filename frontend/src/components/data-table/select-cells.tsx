import type { Row } from "@tanstack/react-table";
import { Checkbox } from "@/components/ui/checkbox";
import { TableCell, TableHead } from "@/components/ui/table";
import { useHotkey } from "@/lib/hotkeys";
import type { Features, TableInstance } from "./features";
import { focusedRow } from "./focus-row";
import type { TableRecord } from "./use-server-table";

// The whole cell is the click target and shows the focus.
const cell = "w-10 p-0 select-none print:hidden";
const target =
  "flex h-9 items-center justify-center rounded-md has-focus-visible:outline-2 has-focus-visible:-outline-offset-4 has-focus-visible:outline-ring [&_input]:outline-none";

export function SelectAll<Record extends TableRecord>({ table }: { table: TableInstance<Record> }) {
  const toggleFocused = () => {
    const id = focusedRow();
    const row = id === undefined ? undefined : table.getRow(id);
    if (row?.getCanSelect()) row.toggleSelected();
  };
  useHotkey("x", toggleFocused, "Select the row");

  return (
    <TableHead className={cell}>
      {/* biome-ignore lint/a11y/noLabelWithoutControl: the checkbox has its own name */}
      <label className={target}>
        <Checkbox
          aria-label="Select all rows on this page"
          checked={table.getIsAllPageRowsSelected()}
          indeterminate={table.getIsSomePageRowsSelected()}
          disabled={table.getRowModel().rows.length === 0}
          onChange={table.getToggleAllPageRowsSelectedHandler()}
        />
      </label>
    </TableHead>
  );
}

/** With Shift it selects all rows since the last selected one. */
export function SelectRow<Record extends TableRecord>({
  row,
  name,
}: {
  row: Row<Features, Record>;
  name: string;
}) {
  return (
    <TableCell className={cell}>
      {row.getCanSelect() && (
        // biome-ignore lint/a11y/noLabelWithoutControl: the checkbox has its own name
        <label className={`${target} h-11`}>
          <Checkbox
            aria-label={`Select ${name}`}
            checked={row.getIsSelected()}
            onChange={row.getToggleSelectedHandler()}
          />
        </label>
      )}
    </TableCell>
  );
}
