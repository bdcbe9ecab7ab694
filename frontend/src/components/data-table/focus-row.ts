/** Moves the focus to the row below (1) or above (-1) the focused one. Without a focused row, it takes the first. */
export function focusRow(region: HTMLElement | null, step: 1 | -1) {
  const rows = [...(region?.querySelectorAll<HTMLElement>("tr[data-row]") ?? [])];
  const current = rows.findIndex((row) => row.contains(document.activeElement));
  rows[current < 0 ? 0 : current + step]?.focus();
}

/** The id of the focused row. */
export function focusedRow(): string | undefined {
  return document.activeElement?.closest<HTMLElement>("tr[data-row]")?.dataset.row;
}
