// The same in strict TypeScript: this file must compile with the package's types.
import {
  type ApiError,
  collect,
  createAppClient,
  type ErrorCodeOf,
  isApiError,
  logIn,
  paginate,
  readUserById,
  readUsers,
  registerUser,
  type UserPublic,
} from "@app/sdk";

const baseUrl = process.env.API_URL ?? "";
const account = { email: `strict-${Date.now()}@example.com`, password: "correct horse battery" };
const body = { ...account, full_name: "Ada" };
const { data: created } = await registerUser({ client: createAppClient({ baseUrl }), body });
if (!("id" in created)) throw new Error(created.message); // the address has to be verified first
const client = await logIn({
  baseUrl,
  email: process.env.EMAIL ?? "",
  password: process.env.PASSWORD ?? "",
});
const query = { q: account.email, limit: 10 };
const users: UserPublic[] = await collect(paginate(readUsers, { client, query }));

async function read(id: string): Promise<string> {
  try {
    const { data } = await readUserById({ client, path: { user_id: id } });
    return data.full_name ?? "";
  } catch (error) {
    if (!isApiError(error, readUserById)) throw error;
    // @ts-expect-error: reading a user never fails with a wrong password
    if (error.code === "AUTH_003") return "signed out";
    return sayWhy(error.code, error);
  }
}

// @ts-expect-error: one user is not a list
const refused = () => paginate(readUserById, { client, path: { user_id: created.id } });

/** Does not compile when an error code of the operation has no case. */
function sayWhy(code: ErrorCodeOf<typeof readUserById>, error: ApiError): string {
  switch (code) {
    case "NOT_001":
      return "gone";
    case "VAL_001":
      return Object.keys(error.fieldErrors()).join();
    case "AUTH_001":
    case "AUTH_002":
      return "signed out";
    case "AUTH_MFA_SETUP_REQUIRED":
      return "second factor missing";
    case "RATE_001":
      return "too many requests";
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
process.stdout.write(JSON.stringify({ found: users.length, answers, refused: typeof refused }));
