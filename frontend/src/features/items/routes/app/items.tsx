import type { ItemPublic } from "@app/sdk";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { createFileRoute, stripSearchParams } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useEffect, useMemo } from "react";
import { DataTable } from "@/components/data-table/data-table";
import { Pagination } from "@/components/data-table/pagination";
import { SearchInput } from "@/components/data-table/search-input";
import { PageHeader } from "@/components/layout/page-header";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { errorMessage } from "@/lib/errors";
import { useOverlay } from "@/lib/overlay";
import { lastPage, tableDefaults, tableSearch } from "@/lib/table-search";
import { ITEM_SORTS, type ItemSearch, itemsQuery } from "../../api";
import { itemColumns } from "../../components/columns";
import { DeleteItemDialog } from "../../components/delete-item-dialog";
import { ItemSheet } from "../../components/item-sheet";
import { ItemsNotice } from "../../components/items-notice";

const validateSearch = tableSearch(ITEM_SORTS);

export const Route = createFileRoute("/_app/items")({
  staticData: { title: "Items" },
  validateSearch,
  search: { middlewares: [stripSearchParams(tableDefaults(ITEM_SORTS[0]))] },
  loaderDeps: ({ search }) => search,
  // Starts the request together with the page's code; the table itself shows how it goes.
  loader: ({ context, deps }) => {
    void context.queryClient.prefetchQuery(itemsQuery(deps));
  },
  component: ItemsPage,
});

function ItemsPage() {
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const sheet = useOverlay<ItemPublic>();
  const deletion = useOverlay<ItemPublic>();
  const items = useQuery({ ...itemsQuery(search), placeholderData: keepPreviousData });
  const { data } = items;

  const setSearch = (change: Partial<ItemSearch>, replace = false) =>
    void navigate({ search: (previous) => ({ ...previous, ...change }), replace });

  const last = data && !items.isPlaceholderData ? lastPage(data.count, search.size) : undefined;
  useEffect(() => {
    // The last row of the last page was deleted, or the link is old.
    if (last && search.page > last) {
      void navigate({ search: (previous) => ({ ...previous, page: last }), replace: true });
    }
  }, [last, search.page, navigate]);

  const columns = useMemo(
    () => itemColumns({ onEdit: sheet.show, onDelete: deletion.show }),
    [sheet.show, deletion.show],
  );
  const hasNoRows = data ? data.count === 0 : items.isError;

  return (
    <>
      <PageHeader title="Items" description="Create and manage your items">
        <Button onClick={() => sheet.show()}>
          <Plus aria-hidden />
          Add Item
        </Button>
      </PageHeader>
      <div className="mb-3">
        <SearchInput
          label="Search items"
          value={search.q}
          onSearch={(q) => setSearch({ q, page: 1 }, true)}
        />
      </div>
      {data && items.isError && <Alert className="mb-3">{errorMessage(items.error)}</Alert>}
      <DataTable
        label="Items"
        columns={columns}
        rows={data?.data}
        rowId={(item) => item.id}
        search={search}
        onSearch={setSearch}
        isChanging={items.isPlaceholderData}
        notice={
          hasNoRows && (
            <ItemsNotice
              error={items.error}
              q={search.q}
              onRetry={() => void items.refetch()}
              onClearSearch={() => setSearch({ q: "", page: 1 })}
            />
          )
        }
      />
      {data && !hasNoRows && <Pagination search={search} count={data.count} onSearch={setSearch} />}
      <ItemSheet key={sheet.key} overlay={sheet} />
      <DeleteItemDialog key={`delete-${deletion.key}`} overlay={deletion} />
    </>
  );
}
