/** Checked by `tsc`: an error here fails `npm run typecheck`. */
import { describe, expectTypeOf, it } from "vitest";
import {
  type ApiError,
  type ApiErrorCode,
  createUser,
  type ErrorCodeOf,
  type ErrorOf,
  isApiError,
  type loginSession,
  paginate,
  type RowOf,
  readUserById,
  readUserMe,
  readUsers,
  type UserPublic,
  type UsersPublic,
} from "../src/index.js";
import { type createUserMutation, readUsersOptions } from "../src/react-query.js";

type Own = "network_error" | "timeout" | "invalid_response";
type Everywhere = "REQ_001" | "INT_001" | "UNAV_001" | Own;
type SignedIn = "AUTH_001" | "AUTH_002" | "AUTH_MFA_SETUP_REQUIRED" | "RATE_001" | Everywhere;

describe("types of errors", () => {
  it("have the codes of their operation", () => {
    type ReadUserCode = "NOT_001" | "VAL_001" | SignedIn;
    expectTypeOf<ErrorCodeOf<typeof readUserById>>().toEqualTypeOf<ReadUserCode>();
    expectTypeOf<ErrorCodeOf<typeof readUserMe>>().toEqualTypeOf<SignedIn>();
    expectTypeOf<"AUTH_003">().toExtend<ErrorCodeOf<typeof loginSession>>();
    expectTypeOf<"NOT_001">().not.toExtend<ErrorCodeOf<typeof loginSession>>();
    expectTypeOf<ErrorOf<typeof readUserById>>().toExtend<ApiError>();
  });

  it("narrow a caught error", () => {
    const caught: unknown = undefined;
    if (isApiError(caught, readUserById)) {
      expectTypeOf(caught.code).toEqualTypeOf<ErrorCodeOf<typeof readUserById>>();
      expectTypeOf(caught.fieldErrors()).toEqualTypeOf<Record<string, string>>();
      // @ts-expect-error: reading a user never fails with a wrong password
      if (caught.code === "AUTH_003") throw caught;
    }
    if (isApiError(caught)) expectTypeOf(caught.code).toEqualTypeOf<ApiErrorCode>();
  });

  it("match the ApiError that a library passes on", () => {
    const { queryFn } = readUsersOptions();
    expectTypeOf(queryFn).not.toBeAny();
    type OnError = NonNullable<ReturnType<typeof createUserMutation>["onError"]>;
    expectTypeOf<Parameters<OnError>[0]>().toEqualTypeOf<ErrorOf<typeof createUser>>();
  });

  it("match the ApiError that is returned", async () => {
    const read = () => readUserById({ path: { user_id: "1" }, throwOnError: false });
    type Result = Awaited<ReturnType<typeof read>>;
    expectTypeOf<NonNullable<Result["error"]>>().toEqualTypeOf<ErrorOf<typeof readUserById>>();
  });
});

describe("types of lists", () => {
  it("match the operation's rows and pages", () => {
    expectTypeOf<RowOf<typeof readUsers>>().toEqualTypeOf<UserPublic>();
    expectTypeOf<RowOf<typeof readUsers>>().toEqualTypeOf<UserPublic>();
    const users = () => paginate(readUsers, { query: { sort: "email" } });
    expectTypeOf(users).returns.toExtend<AsyncIterable<UserPublic>>();
    const pages = () => paginate(readUsers, {}).pages();
    expectTypeOf(pages).returns.toEqualTypeOf<AsyncGenerator<UsersPublic, void, undefined>>();
  });

  it("refuse other operations and unknown options", () => {
    const mistakes = () => [
      // @ts-expect-error: one item
      paginate(readUserById, { path: { user_id: "1" } }),
      // @ts-expect-error: one user
      paginate(readUserMe, {}),
      // @ts-expect-error: not a read
      paginate(createUser, { body: { email: "", password: "" } }),
      // @ts-expect-error: no such sort order
      paginate(readUsers, { query: { sort: "owner" } }),
      // @ts-expect-error: the cursor marks where a page starts
      paginate(readUsers, { query: { skip: 100 } }),
    ];
    expectTypeOf(mistakes).toBeFunction();
  });
});
