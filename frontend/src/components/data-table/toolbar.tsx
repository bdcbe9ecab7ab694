import { Button } from "@/components/ui/button";
import type { Noun } from "@/lib/noun";
import type { TableSearch } from "@/lib/table-search";
import { ColumnMenu } from "./column-menu";
import { ExportButton, type ExportRequest } from "./export-button";
import { type Filter, FilterChip } from "./filter-chip";
import { SearchInput } from "./search-input";
import { SortMenu } from "./sort-menu";
import type { ServerTable, TableRecord } from "./use-server-table";

interface ToolbarProps<Row extends TableRecord, Search extends TableSearch> {
  list: ServerTable<Row, Search>;
  noun: Noun;
  filters: readonly Filter<keyof Search & string>[];
  exportRows: ExportRequest | undefined;
  /** Arrow down in the search field: moves to the rows. */
  onArrowDown: () => void;
}

export function Toolbar<Row extends TableRecord, Search extends TableSearch>({
  list,
  noun,
  filters,
  exportRows,
  onArrowDown,
}: ToolbarProps<Row, Search>) {
  const { search, setFilter } = list;
  return (
    <div data-slot="toolbar" className="mb-3 flex flex-wrap items-center gap-2 print:hidden">
      <SearchInput
        label={`Search ${noun.many.toLowerCase()}`}
        value={search.q}
        onArrowDown={onArrowDown}
        onSearch={(q) => setFilter({ q } as Partial<Search>, true)}
      />
      <div className="flex flex-wrap gap-2 empty:hidden @max-[40rem]:order-last @max-[40rem]:w-full">
        {filters.map((filter) => (
          <FilterChip
            key={filter.name}
            filter={filter}
            value={search[filter.name] as string | undefined}
            onChange={(value) => setFilter({ [filter.name]: value } as Partial<Search>)}
          />
        ))}
        {list.isFiltered && (
          <Button variant="ghost" size="sm" onClick={list.clearFilters}>
            Clear
          </Button>
        )}
      </div>
      <div className="ms-auto flex items-center gap-2">
        {exportRows && (
          <ExportButton noun={noun} isEmpty={list.page?.count === 0} request={exportRows} />
        )}
        <SortMenu table={list.table} />
        <ColumnMenu table={list.table} />
      </div>
    </div>
  );
}
