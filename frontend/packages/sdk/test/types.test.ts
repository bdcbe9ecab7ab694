/** Read by `tsc`: an error here is an error of `npm run typecheck`. */
import { describe, expectTypeOf, it } from "vitest";
import {
  type ApiError,
  type ApiErrorCode,
  createUser,
  type ErrorCodeOf,
  type ErrorOf,
  isApiError,
  listen,
  type loginSession,
  paginate,
  type RowOf,
  readEvents,
  readUserById,
  readUserMe,
  readUsers,
  type ServerEvent,
  type UserPublic,
  type UsersPublic,
} from "../src/index.js";
import { type createUserMutation, readUsersOptions } from "../src/react-query.js";

type Own = "network_error" | "timeout" | "invalid_response";
type Everywhere = "REQ_001" | "INT_001" | "UNAV_001" | Own;

describe("types of errors", () => {
  it("have the codes of their operation", () => {
    type ReadUserCode = "AUTH_001" | "AUTH_002" | "NOT_001" | "VAL_001" | Everywhere;
    expectTypeOf<ErrorCodeOf<typeof readUserById>>().toEqualTypeOf<ReadUserCode>();
    expectTypeOf<ErrorCodeOf<typeof readUserMe>>().toEqualTypeOf<"AUTH_001" | Everywhere>();
    expectTypeOf<"AUTH_003">().toExtend<ErrorCodeOf<typeof loginSession>>();
    expectTypeOf<"NOT_001">().not.toExtend<ErrorCodeOf<typeof loginSession>>();
    expectTypeOf<ErrorOf<typeof readUserById>>().toExtend<ApiError>();
  });

  it("narrow what was caught", () => {
    const caught: unknown = undefined;
    if (isApiError(caught, readUserById)) {
      expectTypeOf(caught.code).toEqualTypeOf<ErrorCodeOf<typeof readUserById>>();
      expectTypeOf(caught.fieldErrors()).toEqualTypeOf<Record<string, string>>();
      // @ts-expect-error: reading a user never fails by a wrong password
      if (caught.code === "AUTH_003") throw caught;
    }
    if (isApiError(caught)) expectTypeOf(caught.code).toEqualTypeOf<ApiErrorCode>();
  });

  it("are those of the ApiError where a library hands it on", () => {
    const { queryFn } = readUsersOptions();
    expectTypeOf(queryFn).not.toBeAny();
    type OnError = NonNullable<ReturnType<typeof createUserMutation>["onError"]>;
    expectTypeOf<Parameters<OnError>[0]>().toEqualTypeOf<ErrorOf<typeof createUser>>();
  });

  it("are those of the ApiError where it is returned", async () => {
    const read = () => readUserById({ path: { user_id: "1" }, throwOnError: false });
    type Result = Awaited<ReturnType<typeof read>>;
    expectTypeOf<NonNullable<Result["error"]>>().toEqualTypeOf<ErrorOf<typeof readUserById>>();
  });
});

describe("types of events", () => {
  it("have the operation's data, and only for operations that have events", () => {
    const events = () => listen(readEvents);
    type Event = Awaited<ReturnType<ReturnType<typeof events>["next"]>>["value"];
    expectTypeOf<Exclude<Event, void>>().toEqualTypeOf<ServerEvent<{ topic?: string }>>();
    expectTypeOf<ErrorOf<typeof readEvents>>().toEqualTypeOf<ApiError>();
    // @ts-expect-error: one answer
    expectTypeOf(() => listen(readUsers)).toBeFunction();
  });
});

describe("types of lists", () => {
  it("are those of the operation's rows and pages", () => {
    expectTypeOf<RowOf<typeof readUsers>>().toEqualTypeOf<UserPublic>();
    expectTypeOf<RowOf<typeof readUsers>>().toEqualTypeOf<UserPublic>();
    const users = () => paginate(readUsers, { query: { sort: "email" } });
    expectTypeOf(users).returns.toExtend<AsyncIterable<UserPublic>>();
    const pages = () => paginate(readUsers, {}).pages();
    expectTypeOf(pages).returns.toEqualTypeOf<AsyncGenerator<UsersPublic, void, undefined>>();
  });

  it("refuse what is no list, and options that are not the list's", () => {
    const mistakes = () => [
      // @ts-expect-error: one item
      paginate(readUserById, { path: { user_id: "1" } }),
      // @ts-expect-error: one user
      paginate(readUserMe, {}),
      // @ts-expect-error: not a read
      paginate(createUser, { body: { email: "", password: "" } }),
      // @ts-expect-error: no such order
      paginate(readUsers, { query: { sort: "owner" } }),
      // @ts-expect-error: the cursor says where a page begins
      paginate(readUsers, { query: { skip: 100 } }),
    ];
    expectTypeOf(mistakes).toBeFunction();
  });
});
