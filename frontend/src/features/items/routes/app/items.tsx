import { createFileRoute, stripSearchParams } from "@tanstack/react-router";
import { Package, Plus } from "lucide-react";
import { Suspense } from "react";
import { ServerTable } from "@/components/data-table/server-table";
import { useServerTable } from "@/components/data-table/use-server-table";
import { PageHeader } from "@/components/layout/page-header";
import { Button } from "@/components/ui/button";
import { lazyOnIdle } from "@/lib/lazy-on-idle";
import { searchOf, tableDefaults } from "@/lib/table-search";
import { exportedItems, ITEMS, useDeleteItem, useDeleteItems } from "../../api";
import { itemColumns } from "../../components/columns";
import { ITEM_SORTS, itemSearch, itemsQuery } from "../../list";
import { useOwnerFilter } from "../../owner";

const ItemSheet = lazyOnIdle(() => import("../../components/item-sheet"));

export const Route = createFileRoute("/_app/items")({
  staticData: { title: "Items" },
  validateSearch: itemSearch,
  search: { middlewares: [stripSearchParams(tableDefaults(ITEM_SORTS[0]))] },
  // Fetches the list while the page's code loads. The table shows the loading and error states.
  loader: ({ context, location }) => {
    void context.queryClient.prefetchQuery(itemsQuery(searchOf(itemSearch, location)));
  },
  component: ItemsPage,
});

function ItemsPage() {
  const list = useServerTable({
    name: "items",
    param: "item",
    filters: ["owner"],
    columns: itemColumns,
    search: Route.useSearch(),
    query: itemsQuery,
  });

  return (
    <>
      <PageHeader title="Items" description="Create and manage your items">
        <Button onClick={() => list.sheet.show()}>
          <Plus aria-hidden />
          Add Item
        </Button>
      </PageHeader>
      <ServerTable
        list={list}
        noun={ITEMS.noun}
        rowName={(item) => item.title}
        filters={useOwnerFilter(list.search.owner)}
        empty={{
          icon: Package,
          title: "You don't have any items yet",
          description: "Add a new item to get started",
        }}
        exportRows={exportedItems(list.search)}
        onDelete={useDeleteItem()}
        onDeleteMany={useDeleteItems()}
      />
      <Suspense>
        {list.sheet.key > 0 && <ItemSheet key={list.sheet.key} overlay={list.sheet} />}
      </Suspense>
    </>
  );
}
