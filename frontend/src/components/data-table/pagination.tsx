import { ChevronLeft, ChevronRight } from "lucide-react";
import { useId } from "react";
import { Button } from "@/components/ui/button";
import { NativeSelect } from "@/components/ui/native-select";
import { Tooltip } from "@/components/ui/tooltip";
import { formatCount, formatNumber } from "@/lib/format";
import type { Page } from "@/lib/list-query";
import { lastPage, PAGE_SIZES, type TableSearch } from "@/lib/table-search";
import type { ServerTable, TableRecord } from "./use-server-table";

interface PaginationProps<Row extends TableRecord, Search extends TableSearch> {
  list: ServerTable<Row, Search>;
  page: Page<Row>;
}

export function Pagination<Row extends TableRecord, Search extends TableSearch>({
  list: { search, setSearch, prefetchPage, isChanging },
  page: { count, pagination },
}: PaginationProps<Row, Search>) {
  const sizeId = useId();
  const { page, size } = search;
  const first = (page - 1) * size + 1;
  const last = Math.min(page * size, count);
  // While a page loads, the rows are those of another one.
  const hasNext = isChanging ? page < lastPage(count, size) : pagination.has_next;
  const go = (change: Pick<Search, "page"> | { page: number; size: number }) =>
    setSearch(change as Partial<Search>);

  const turn = (label: string, to: number, isPossible: boolean, Icon: typeof ChevronLeft) => (
    <Tooltip label={label}>
      <Button
        variant="outline"
        size="icon-sm"
        aria-label={label}
        disabled={!isPossible}
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
        {formatNumber(first)}–{formatNumber(last)} of {formatCount({ count, pagination }, last)}
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
        {turn("Previous page", page - 1, page > 1, ChevronLeft)}
        {turn("Next page", page + 1, hasNext, ChevronRight)}
      </div>
    </nav>
  );
}
