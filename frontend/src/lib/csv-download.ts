import { ApiError, INVALID_RESPONSE, NETWORK_ERROR, TIMEOUT } from "@app/sdk";

/** A stream that sends nothing for this long is given up. */
const STALL_MS = 30_000;
const QUOTE = 0x22;
const LINE_FEED = 0x0a;

export interface Progress {
  /** Rows that have arrived, without the header. */
  rows: number;
  /** Rows in the whole list at the start; 0 when the API did not send it. */
  total: number;
}

interface CsvResponse {
  data: unknown;
  response: Response;
}

/**
 * Reads a streamed CSV file to its end and saves it. An incomplete or cancelled file is not saved.
 *
 * Throws `ApiError`, or `AbortError` when `signal` is aborted.
 */
export async function downloadCsv(
  request: (options: { parseAs: "stream"; signal: AbortSignal }) => Promise<CsvResponse>,
  name: string,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (progress: Progress) => void },
): Promise<number> {
  const { data, response } = await request({ parseAs: "stream", signal });
  const type = response.headers.get("Content-Type") ?? "";
  if (!(data instanceof ReadableStream) || !type.startsWith("text/csv")) {
    throw new ApiError("The response was not a CSV file", {
      status: response.status,
      code: INVALID_RESPONSE,
    });
  }

  const total = Number(response.headers.get("X-Total-Count") ?? 0);
  const counter = rowCounter();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const reader = (data as ReadableStream<Uint8Array<ArrayBuffer>>).getReader();
  try {
    for (let chunk = await read(reader); !chunk.done; chunk = await read(reader)) {
      chunks.push(chunk.value);
      onProgress({ rows: counter.add(chunk.value), total });
    }
  } catch (error) {
    void reader.cancel().catch(() => {});
    signal.throwIfAborted();
    throw broken(error, counter.rows(), total, response);
  }
  saveFile(new Blob(chunks, { type: "text/csv;charset=utf-8" }), name);
  return counter.rows();
}

type Reader = ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;

function read(reader: Reader): ReturnType<Reader["read"]> {
  let timer: ReturnType<typeof setTimeout>;
  const stalled = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DOMException("", "TimeoutError")), STALL_MS);
  });
  return Promise.race([reader.read(), stalled]).finally(() => clearTimeout(timer));
}

function broken(cause: unknown, rows: number, total: number, { headers, status }: Response) {
  const isStalled = cause instanceof DOMException && cause.name === "TimeoutError";
  const of = total > 0 ? ` of ${total}` : "";
  return new ApiError(`Export stopped after ${rows}${of} rows. No file was saved.`, {
    status,
    code: isStalled ? TIMEOUT : NETWORK_ERROR,
    requestId: headers.get("X-Correlation-ID") ?? undefined,
    cause,
  });
}

/** Counts the lines outside quotes; the first one is the header. */
function rowCounter() {
  let lines = 0;
  let isQuoted = false;
  const rows = () => Math.max(0, lines - 1);
  return {
    rows,
    add(bytes: Uint8Array) {
      for (const byte of bytes) {
        if (byte === QUOTE) isQuoted = !isQuoted;
        else if (byte === LINE_FEED && !isQuoted) lines += 1;
      }
      return rows();
    },
  };
}

export function saveFile(file: Blob, name: string) {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The download has started by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
