import { ChevronLeft, ChevronRight } from "lucide-react";
import { useId } from "react";
import { Button } from "@/components/ui/button";
import { NativeSelect } from "@/components/ui/native-select";
import { Tooltip } from "@/components/ui/tooltip";
import { formatNumber } from "@/lib/format";
import { lastPage, PAGE_SIZES, type TableSearch } from "@/lib/table-search";
import type { ServerTable, TableRecord } from "./use-server-table";

interface PaginationProps<Row extends TableRecord, Search extends TableSearch> {
  list: ServerTable<Row, Search>;
  count: number;
}

export function Pagination<Row extends TableRecord, Search extends TableSearch>({
  list: { search, setSearch, prefetchPage },
  count,
}: PaginationProps<Row, Search>) {
  const sizeId = useId();
  const { page, size } = search;
  const first = (page - 1) * size + 1;
  const last = Math.min(page * size, count);
  const go = (change: Pick<Search, "page"> | { page: number; size: number }) =>
    setSearch(change as Partial<Search>);

  const turn = (label: string, to: number, Icon: typeof ChevronLeft) => (
    <Tooltip label={label}>
      <Button
        variant="outline"
        size="icon-sm"
        aria-label={label}
        disabled={to < 1 || to > lastPage(count, size)}
        onPointerEnter={() => prefetchPage(to)}
        onClick={() => go({ page: to })}
      >
        <Icon aria-hidden />
      </Button>
    </Tooltip>
  );

  return (
    <nav
      aria-label="Pagination"
      className="mt-3 flex flex-wrap print:hidden items-center justify-between gap-x-6 gap-y-2 text-[13px] text-muted-foreground"
    >
      <p aria-live="polite" className="tabular-nums">
        {formatNumber(first)}–{formatNumber(last)} of {formatNumber(count)}
      </p>
      <div className="flex items-center gap-2">
        <label htmlFor={sizeId} className="@max-[28rem]:sr-only">
          Rows per page
        </label>
        <NativeSelect
          id={sizeId}
          value={size}
          className="h-8 text-[13px] md:text-[13px]"
          onChange={(event) => go({ page: 1, size: Number(event.target.value) })}
        >
          {PAGE_SIZES.map((option) => (
            <option key={option} value={option}>
              {option}
            </option>
          ))}
        </NativeSelect>
        {turn("Previous page", page - 1, ChevronLeft)}
        {turn("Next page", page + 1, ChevronRight)}
      </div>
    </nav>
  );
}
