import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from "@tanstack/react-router";
import { act, fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { List } from "lucide-react";
import { expect, it, vi } from "vitest";
import { TooltipProvider } from "@/components/ui/tooltip";
import { tableDefaults } from "@/lib/table-search";
import { columnHelper } from "./features";
import { ServerTable } from "./server-table";
import { useServerTable } from "./use-server-table";

interface Entry {
  id: string;
  title: string;
  note: string;
}

type Actions = Partial<
  Pick<Parameters<typeof ServerTable<Entry, never>>[0], "onDelete" | "onDeleteMany" | "exportRows">
>;

const columns = columnHelper<Entry>().columns([
  columnHelper<Entry>().accessor("title", { header: "Title", enableHiding: false }),
  columnHelper<Entry>().accessor("note", { header: "Note" }),
]);

/** A page with one entry and these actions. */
async function renderTable(actions: Actions) {
  function Page() {
    const list = useServerTable({
      name: "entries",
      param: "new",
      filters: [],
      columns,
      search: tableDefaults("title"),
      query: () => ({
        queryKey: [{}] as const,
        queryFn: async () => ({
          data: [{ id: "1", title: "First", note: "Later" }],
          count: 1,
          pagination: { has_next: false, next_cursor: null, count_is_exact: true },
        }),
      }),
    });
    return (
      <ServerTable
        list={list}
        noun={{ one: "Entry", many: "Entries" }}
        rowName={(entry) => entry.title}
        empty={{ icon: List, title: "Nothing yet", description: "" }}
        {...actions}
      />
    );
  }
  const root = createRootRoute();
  const router = createRouter({
    routeTree: root.addChildren([
      createRoute({ getParentRoute: () => root, path: "/", component: Page }),
      createRoute({
        getParentRoute: () => root,
        path: "/other",
        // Still pending when the test ends.
        loader: () => new Promise(() => undefined),
      }),
    ]),
    history: createMemoryHistory(),
  });
  await router.load();
  render(
    <QueryClientProvider client={new QueryClient()}>
      <TooltipProvider>
        <RouterProvider router={router as never} />
      </TooltipProvider>
    </QueryClientProvider>,
  );
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Actions for First" }));
  const offered = screen.getAllByRole("menuitem").map((action) => action.textContent);
  await user.keyboard("{Escape}");
  return { offered, router, user };
}

it("offers only actions that the page has", async () => {
  const { offered, user } = await renderTable({});
  expect(offered).toEqual(["Edit Entry"]);
  expect(screen.queryByRole("button", { name: "Export as CSV" })).toBeNull();
  expect(screen.queryAllByRole("checkbox")).toEqual([]);
  await user.keyboard("jx");
  expect(screen.getByRole("row", { name: /First/ })).not.toHaveAttribute("data-state");
});

it("deletes one row without a bulk action", async () => {
  const onDelete = vi.fn();
  const { offered, user } = await renderTable({ onDelete });
  expect(offered).toEqual(["Edit Entry", "Delete Entry"]);
  expect(screen.queryAllByRole("checkbox")).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Actions for First" }));
  await user.click(screen.getByRole("menuitem", { name: "Delete Entry" }));
  await user.click(await screen.findByRole("button", { name: "Delete" }));
  expect(onDelete).toHaveBeenCalledWith({ id: "1", title: "First", note: "Later" });
});

it("changes nothing in the next page's URL", async () => {
  const { router } = await renderTable({});
  act(() => void router.navigate({ href: "/other" }));
  await act(async () => fireEvent.click(screen.getByRole("button", { name: "Title" })));
  expect(router.latestLocation.href).toBe("/other");
});

it("offers all actions that the page has", async () => {
  const { user } = await renderTable({ onDeleteMany: vi.fn(), exportRows: vi.fn() as never });
  expect(screen.getByRole("button", { name: "Export as CSV" })).toBeEnabled();
  await user.keyboard("jx");
  expect(screen.getByRole("checkbox", { name: "Select First" })).toBeChecked();
});

it("hides later columns first when space is short", async () => {
  await renderTable({});
  const header = async (name: string) => screen.findByRole("columnheader", { name });
  expect(await header("Title")).not.toHaveClass("@max-[28rem]:hidden");
  expect(await header("Note")).toHaveClass("@max-[28rem]:hidden");
  expect(screen.getByRole("button", { name: "Sort" })).toHaveClass("@min-[28rem]:hidden");
});
