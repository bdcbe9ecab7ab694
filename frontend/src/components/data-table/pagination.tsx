import { ChevronLeft, ChevronRight } from "lucide-react";
import { useId } from "react";
import { Button } from "@/components/ui/button";
import { NativeSelect } from "@/components/ui/native-select";
import { Tooltip } from "@/components/ui/tooltip";
import { formatNumber } from "@/lib/format";
import { lastPage, PAGE_SIZES, type TableSearch } from "@/lib/table-search";

interface PaginationProps {
  search: TableSearch;
  count: number;
  onSearch: (change: { page: number; size?: number }) => void;
}

export function Pagination({ search: { page, size }, count, onSearch }: PaginationProps) {
  const sizeId = useId();
  const first = (page - 1) * size + 1;
  const last = Math.min(page * size, count);
  return (
    <nav
      aria-label="Pagination"
      className="mt-3 flex flex-wrap items-center justify-between gap-x-6 gap-y-2 text-[13px] text-muted-foreground"
    >
      <p aria-live="polite" className="tabular-nums">
        {formatNumber(first)}–{formatNumber(last)} of {formatNumber(count)}
      </p>
      <div className="flex items-center gap-2">
        <label htmlFor={sizeId} className="max-sm:sr-only">
          Rows per page
        </label>
        <NativeSelect
          id={sizeId}
          value={size}
          onChange={(event) => onSearch({ page: 1, size: Number(event.target.value) })}
        >
          {PAGE_SIZES.map((option) => (
            <option key={option} value={option}>
              {option}
            </option>
          ))}
        </NativeSelect>
        <Tooltip label="Previous page">
          <Button
            variant="outline"
            size="icon-sm"
            aria-label="Previous page"
            disabled={page <= 1}
            onClick={() => onSearch({ page: page - 1 })}
          >
            <ChevronLeft aria-hidden />
          </Button>
        </Tooltip>
        <Tooltip label="Next page">
          <Button
            variant="outline"
            size="icon-sm"
            aria-label="Next page"
            disabled={page >= lastPage(count, size)}
            onClick={() => onSearch({ page: page + 1 })}
          >
            <ChevronRight aria-hidden />
          </Button>
        </Tooltip>
      </div>
    </nav>
  );
}
