import { useEffect, useState } from "react";

const HIGHLIGHT_MS = 2_000;
const NONE: ReadonlySet<string> = new Set();

interface Row {
  id: string;
  version?: number;
}

/** The rows that changed or arrived while the same part of the list (`view`) stayed on screen. */
export function useChangedRows(rows: Row[] | undefined, view: string): ReadonlySet<string> {
  const [seen, setSeen] = useState({ rows, view });
  const [changed, setChanged] = useState(NONE);

  if (rows && (rows !== seen.rows || view !== seen.view)) {
    setSeen({ rows, view });
    const before = new Map(seen.rows?.map(({ id, version }) => [id, version]));
    const isSame = ({ id, version }: Row) => before.has(id) && before.get(id) === version;
    const ids = rows.filter((row) => !isSame(row)).map(({ id }) => id);
    if (seen.rows === undefined || view !== seen.view) setChanged(NONE);
    else if (ids.length > 0) setChanged(new Set(ids));
  }

  useEffect(() => {
    if (changed === NONE) return;
    const timer = setTimeout(() => setChanged(NONE), HIGHLIGHT_MS);
    return () => clearTimeout(timer);
  }, [changed]);
  return changed;
}
