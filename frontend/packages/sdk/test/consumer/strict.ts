// The same in strict TypeScript: what the compiler accepts here is what the types promise.
import {
  type ApiError,
  collect,
  createAppClient,
  createItem,
  type ErrorCodeOf,
  type ItemPublic,
  isApiError,
  logIn,
  paginate,
  readItem,
  readItems,
  registerUser,
} from "@app/sdk";

const baseUrl = process.env.API_URL ?? "";
const account = { email: `strict-${Date.now()}@example.com`, password: "correct horse battery" };
await registerUser({ client: createAppClient({ baseUrl }), body: account });
const client = await logIn({ baseUrl, ...account });

const { data: created } = await createItem({ client, body: { title: "Ladder" } });
const items: ItemPublic[] = await collect(paginate(readItems, { client, query: { limit: 10 } }));

async function read(id: string): Promise<string> {
  try {
    const { data } = await readItem({ client, path: { id } });
    return data.title;
  } catch (error) {
    if (!isApiError(error, readItem)) throw error;
    // @ts-expect-error: reading an item never fails by a wrong password
    if (error.code === "AUTH_003") return "signed out";
    return sayWhy(error.code, error);
  }
}

// @ts-expect-error: one item is no list
const refused = () => paginate(readItem, { client, path: { id: created.id } });

/** Does not compile once an error code of the operation has no case. */
function sayWhy(code: ErrorCodeOf<typeof readItem>, error: ApiError): string {
  switch (code) {
    case "NOT_001":
      return "gone";
    case "VAL_001":
      return Object.keys(error.fieldErrors()).join();
    case "AUTH_001":
      return "signed out";
    case "REQ_001":
    case "INT_001":
    case "UNAV_001":
      return "the server's fault";
    case "network_error":
    case "timeout":
    case "invalid_response":
      return "the network's fault";
  }
}

const answers = [await read(created.id), await read(crypto.randomUUID()), await read("no-id")];
process.stdout.write(JSON.stringify({ found: items.length, answers, refused: typeof refused }));
