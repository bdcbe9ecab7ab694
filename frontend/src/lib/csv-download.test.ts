import { ApiError } from "@app/sdk";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { downloadCsv, type Progress } from "./csv-download";

/** A response whose body the test writes. */
function stream(headers: Record<string, string> = {}) {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const data = new ReadableStream<Uint8Array>({
    start: (given) => {
      controller = given;
    },
  });
  const response = new Response(null, {
    headers: { "Content-Type": "text/csv; charset=utf-8", "X-Total-Count": "3", ...headers },
  });
  return {
    write: (text: string) => controller.enqueue(new TextEncoder().encode(text)),
    end: () => controller.close(),
    fail: () => controller.error(new TypeError("terminated")),
    request: () => Promise.resolve({ data, response }),
  };
}

const saved: { name: string; blob: Blob }[] = [];

beforeEach(() => {
  saved.length = 0;
  let blob: Blob;
  vi.spyOn(URL, "createObjectURL").mockImplementation((object) => {
    blob = object as Blob;
    return "blob:test";
  });
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (
    this: HTMLAnchorElement,
  ) {
    saved.push({ name: this.download, blob });
  });
});

afterEach(() => vi.useRealTimers());

function start(csv: ReturnType<typeof stream>) {
  const abort = new AbortController();
  const steps: Progress[] = [];
  const done = downloadCsv(csv.request, "notes.csv", {
    signal: abort.signal,
    onProgress: (progress) => steps.push(progress),
  });
  // Some tests await it later, so a rejection would be unhandled.
  done.catch(() => {});
  return { abort, steps, done };
}

describe("a CSV download", () => {
  it("is saved whole and counts rows on arrival", async () => {
    const csv = stream();
    const { steps, done } = start(csv);
    csv.write("\ufeffid,title\r\n1,One\r\n2,T");
    csv.write("wo\r\n3,Three\r\n");
    csv.end();

    expect(await done).toBe(3);
    expect(steps).toEqual([
      { rows: 1, total: 3 },
      { rows: 3, total: 3 },
    ]);
    expect(saved).toHaveLength(1);
    expect(saved[0]?.name).toBe("notes.csv");
    expect(
      new TextDecoder("utf-8", { ignoreBOM: true }).decode(await saved[0]?.blob.arrayBuffer()),
    ).toBe("\ufeffid,title\r\n1,One\r\n2,Two\r\n3,Three\r\n");
  });

  it("counts rows instead of lines within cells", async () => {
    const csv = stream();
    const { done } = start(csv);
    csv.write('id,title\r\n1,"two\r\nlines, ""quoted""\n"\r\n2,b\r\n');
    csv.end();
    expect(await done).toBe(2);
  });

  it("is not saved when it breaks off", async () => {
    const csv = stream({ "X-Correlation-ID": "req-9" });
    const { steps, done } = start(csv);
    csv.write("id\r\n1\r\n2\r\n");
    await vi.waitFor(() => expect(steps).toHaveLength(1));
    csv.fail();

    const error = await done.catch((caught) => caught);
    expect(error).toBeInstanceOf(ApiError);
    expect(error.message).toBe("Export stopped after 2 of 3 rows. No file was saved.");
    expect(error.requestId).toBe("req-9");
    expect(saved).toEqual([]);
  });

  it("is given up when it stalls", async () => {
    vi.useFakeTimers();
    const { done } = start(stream());
    await vi.advanceTimersByTimeAsync(31_000);
    await expect(done).rejects.toMatchObject({ code: "timeout" });
    expect(saved).toEqual([]);
  });

  it("is not saved when cancelled", async () => {
    const csv = stream();
    const { abort, done } = start(csv);
    csv.write("id\r\n1\r\n");
    abort.abort();
    csv.fail();
    await expect(done).rejects.toMatchObject({ name: "AbortError" });
    expect(saved).toEqual([]);
  });

  it("is an error for another content type", async () => {
    const csv = stream({ "Content-Type": "text/html" });
    const { done } = start(csv);
    await expect(done).rejects.toMatchObject({ code: "invalid_response" });
    expect(saved).toEqual([]);
  });
});
