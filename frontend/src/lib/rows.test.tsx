import { ApiError } from "@app/sdk";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, renderHook, screen, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { beforeEach, describe, expect, it } from "vitest";
import Toaster from "@/components/ui/sonner";
import { useBulkDelete } from "./rows";

const NOTES = { list: "readNotes", tag: "notes", noun: { one: "Note", many: "Notes" } };
const KEY = [{ _id: "readNotes", tags: ["notes"] }];

let client: QueryClient;

beforeEach(() => {
  client = new QueryClient({
    defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } },
  });
  const data = Array.from({ length: 250 }, (_, number) => ({ id: `note-${number}` }));
  client.setQueryData(KEY, { data, count: 300, pagination: { next_cursor: null } });
});

const shown = () => client.getQueryData<{ data: { id: string }[]; count: number }>(KEY);

/** Deletes the first `count` notes of the list; `send` stands in for the API. */
function deleteNotes(count: number, send: (ids: string[]) => Promise<{ data: { count: number } }>) {
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  );
  render(<Toaster />, { wrapper });
  const { result } = renderHook(() => useBulkDelete(NOTES, send), { wrapper });
  result.current(Array.from({ length: count }, (_, number) => `note-${number}`));
}

describe("deleting many rows", () => {
  it("sends as many requests as the limit requires", async () => {
    const sizes: number[] = [];
    deleteNotes(250, async (ids) => {
      sizes.push(ids.length);
      return { data: { count: ids.length } };
    });
    await waitFor(() => expect(screen.getByText("250 notes deleted")).toBeVisible());
    expect(sizes).toEqual([100, 100, 50]);
    expect(shown()).toMatchObject({ data: [], count: 50 });
  });

  it("reports rows that were already deleted", async () => {
    deleteNotes(2, async () => ({ data: { count: 1 } }));
    const message = "1 note deleted. The rest had already been deleted.";
    await waitFor(() => expect(screen.getByText(message)).toBeVisible());
  });

  it("shows immediately and rolls back on refusal", async () => {
    let refuse!: (error: unknown) => void;
    deleteNotes(2, () => new Promise((_, reject) => (refuse = reject)));
    await waitFor(() => expect(shown()?.count).toBe(298));
    refuse(new ApiError("Not now", { status: 503, code: "UNAV_001" }));
    await waitFor(() => expect(shown()?.count).toBe(300));
    expect(shown()?.data).toHaveLength(250);
  });
});
