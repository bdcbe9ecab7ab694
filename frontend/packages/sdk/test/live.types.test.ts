/** Checked by `tsc`: an error here fails `npm run typecheck`. */
import { describe, expectTypeOf, it } from "vitest";
import {
  type ApiError,
  type ErrorOf,
  listen,
  readEvents,
  readUsers,
  type ServerEvent,
} from "../src/index.js";

describe("types of events", () => {
  it("have the operation's data, for event operations only", () => {
    const events = () => listen(readEvents);
    type Event = Awaited<ReturnType<ReturnType<typeof events>["next"]>>["value"];
    expectTypeOf<Exclude<Event, void>>().toEqualTypeOf<ServerEvent<{ topic?: string }>>();
    expectTypeOf<ErrorOf<typeof readEvents>>().toEqualTypeOf<ApiError>();
    // @ts-expect-error: one response
    expectTypeOf(() => listen(readUsers)).toBeFunction();
  });
});
