import { toApiError } from "./errors.js";
import type { Client } from "./gen/client/index.js";
import { client as defaultClient } from "./gen/client.gen.js";

/** A function of the SDK that returns server-sent events: `readEvents`. */
export type EventOperation = (
  options: never,
) => Promise<{ stream: AsyncGenerator<unknown, unknown, unknown> }>;

type EventData<Op extends EventOperation> =
  Awaited<ReturnType<Op>>["stream"] extends AsyncGenerator<infer Data, unknown, unknown>
    ? Data
    : never;

export interface ServerEvent<Data> {
  /** The event's name, or `"message"` when the server sent none. */
  event: string;
  data: Data;
}

export interface ListenOptions {
  client?: Client;
  signal?: AbortSignal;
}

/**
 * Yields events as they arrive: `for await (const { event, data } of listen(readEvents, { client, signal }))`.
 *
 * Ends when the server closes the stream. Throws an `ApiError` when the request is refused or the connection is lost.
 * The caller decides whether to reconnect. Leave the loop with `break`, or abort `signal`.
 */
export async function* listen<Op extends EventOperation>(
  operation: Op,
  { client = defaultClient, signal }: ListenOptions = {},
): AsyncGenerator<ServerEvent<EventData<Op>>, void, undefined> {
  let name: string | undefined;
  const failures: unknown[] = [];
  const connection = new AbortController();
  const options = {
    client,
    signal: signal ? AbortSignal.any([signal, connection.signal]) : connection.signal,
    fetch: refusing(client.getConfig().fetch ?? fetch),
    // The generated client would reconnect forever, whatever the reason, and report nothing.
    sseMaxRetryAttempts: 1,
    onSseError: (error: unknown) => failures.push(error),
    onSseEvent: ({ event }: { event?: string }) => {
      name = event;
    },
  };
  try {
    const { stream } = await operation(options as never);
    for await (const data of stream) {
      yield { event: name ?? "message", data: data as EventData<Op> };
    }
    if (signal?.aborted) throw signal.reason;
    if (failures.length > 0) throw toApiError(failures[0]);
  } finally {
    connection.abort();
  }
}

/** Throws the API's error response to a request for events. */
function refusing(send: typeof fetch): typeof fetch {
  return async (input, init) => {
    const response = await send(input, init);
    if (response.ok) return response;
    const body: unknown = await response.json().catch(() => undefined);
    throw toApiError(body, response);
  };
}
