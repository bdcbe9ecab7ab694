import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterAll, afterEach, beforeAll } from "vitest";
import { FakeEventSource } from "./event-source";
import { server } from "./server";

// Tabs of an earlier test must not receive this test's messages.
const channels: BroadcastChannel[] = [];
globalThis.BroadcastChannel = class extends BroadcastChannel {
  constructor(name: string) {
    super(name);
    channels.push(this);
  }
};

globalThis.EventSource = FakeEventSource as unknown as typeof EventSource;

// Allow for a busy machine.
configure({ asyncUtilTimeout: 4000 });

beforeAll(() => server.listen({ onUnhandledFrame: "error" }));
afterEach(() => {
  cleanup();
  FakeEventSource.all = [];
  for (const channel of channels.splice(0)) channel.close();
  server.resetHandlers();
  localStorage.clear();
  sessionStorage.clear();
});
afterAll(() => server.close());
