import { ApiError, type JobPublic, type MailPublic, type StoryEvent } from "@app/sdk";
import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { toastError } from "@/lib/toast";
import { pageOf, user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { server, signedInAs } from "@/test/server";
import { detailOf, failedJob, REQUEST, sentMail } from "./factories";

const API = "*/api/v1/operations";

/** Serves the jobs, and records the query strings and the paths of changes. */
function serveJobs(job: JobPublic = failedJob()) {
  const queries: string[] = [];
  const changes: string[] = [];
  server.use(
    http.get(`${API}/jobs/`, ({ request }) => {
      queries.push(new URL(request.url).search);
      return HttpResponse.json(pageOf([job]));
    }),
    http.get(`${API}/jobs/:id`, () => HttpResponse.json(detailOf(job))),
    http.post(`${API}/jobs/:id/:change`, ({ params }) => {
      changes.push(`${params.id} ${params.change}`);
      return HttpResponse.json({ message: "" });
    }),
  );
  return { queries, changes };
}

function serveMails(mail: MailPublic = sentMail()) {
  const resent: unknown[] = [];
  server.use(
    http.get(`${API}/mails/`, () => HttpResponse.json(pageOf([mail]))),
    http.get(`${API}/mails/:id`, () => HttpResponse.json(mail)),
    http.post(`${API}/mails/:id/resend`, ({ params }) => {
      resent.push(params.id);
      return HttpResponse.json({ message: "" });
    }),
  );
  return resent;
}

function serveStory(events: StoryEvent[]) {
  server.use(
    http.get(`${API}/requests/:id`, ({ params }) =>
      HttpResponse.json({ request_id: params.id, events }),
    ),
  );
}

beforeEach(() => signedInAs(user({ is_superuser: true })));

describe("the jobs", () => {
  it.each(["/jobs", "/mail", "/requests", `/requests/${REQUEST}`])(
    "lead ordinary users home from %s",
    async (url) => {
      signedInAs(user());
      const { router } = await renderApp(url);
      expect(await screen.findByRole("heading", { name: /^Hi/ })).toBeVisible();
      expect(router.state.location.href).toBe("/");
      expect(screen.queryByRole("link", { name: "Jobs" })).not.toBeInTheDocument();
    },
  );

  it("are the list that the URL describes", async () => {
    const { queries } = serveJobs();
    await renderApp(`/jobs?state=failed&queue=default&request=${REQUEST}&q=avatar`);
    await screen.findByRole("link", { name: "users.delete_avatar" });
    expect(queries[0]).toBe(
      `?page=1&limit=20&sort=-created_at&q=avatar&state=failed&queue=default&request_id=${REQUEST}`,
    );
  });

  it("never turn the direction of the page", async () => {
    serveJobs(failedJob({ last_error: "Refused('invoice \u202Efdp.exe')" }));
    await renderApp("/jobs?job=7");
    const shown = () => screen.getAllByText("Refused('invoice \uFFFDfdp.exe')");
    await waitFor(() => expect(shown()).toHaveLength(2));
    for (const text of shown()) expect(text).toHaveAttribute("dir", "auto");
    expect(document.body.innerHTML).not.toContain("\u202E");
  });

  it("show arguments, error and events", async () => {
    serveJobs();
    const { user: person } = await renderApp("/jobs");
    await person.click(await screen.findByRole("link", { name: "users.delete_avatar" }));
    const sheet = await screen.findByRole("dialog", { name: "users.delete_avatar" });
    expect(await within(sheet).findByText("StorageError('no reply')")).toBeVisible();
    expect(sheet).toHaveTextContent('"token": "***"');
    expect(sheet).toHaveTextContent("Enqueued");
    expect(within(sheet).getByRole("link", { name: REQUEST })).toHaveAttribute(
      "href",
      `/requests/${REQUEST}`,
    );
  });

  it("are retried after a question", async () => {
    const { changes } = serveJobs();
    const { user: person } = await renderApp("/jobs");
    const name = { name: "Actions for users.delete_avatar" };
    await person.click(await screen.findByRole("button", name));
    await person.click(await screen.findByRole("menuitem", { name: "Retry" }));
    const question = await screen.findByRole("alertdialog");
    expect(changes).toEqual([]);
    await person.click(within(question).getByRole("button", { name: "Retry" }));
    expect(await screen.findByText("The job runs again")).toBeVisible();
    expect(changes).toEqual(["7 retry"]);
  });

  it("are cancelled while they wait", async () => {
    const { changes } = serveJobs(failedJob({ state: "waiting" }));
    const { user: person } = await renderApp("/jobs?job=7");
    const sheet = await screen.findByRole("dialog");
    await person.click(await within(sheet).findByRole("button", { name: "Cancel job" }));
    const question = await screen.findByRole("alertdialog");
    await person.click(within(question).getByRole("button", { name: "Cancel job" }));
    await waitFor(() => expect(changes).toEqual(["7 cancel"]));
  });

  it("offer neither to add nor to edit", async () => {
    serveJobs(failedJob({ state: "running", request_id: null }));
    const { user: person } = await renderApp("/jobs");
    await person.keyboard("c");
    const name = { name: "Actions for users.delete_avatar" };
    await person.click(await screen.findByRole("button", name));
    const entries = await screen.findAllByRole("menuitem");
    expect(entries.map((entry) => entry.textContent)).toEqual(["Show Job"]);
  });
});

describe("the mails", () => {
  it("are sent again after a question", async () => {
    const resent = serveMails();
    const { user: person } = await renderApp("/mail");
    await person.click(await screen.findByRole("link", { name: "Workbench - Password recovery" }));
    const sheet = await screen.findByRole("dialog");
    expect(await within(sheet).findByText("grace@example.com")).toBeVisible();
    await person.click(within(sheet).getByRole("button", { name: "Resend" }));
    const question = await screen.findByRole("alertdialog");
    await person.click(within(question).getByRole("button", { name: "Resend" }));
    expect(await screen.findByText("The mail is queued again")).toBeVisible();
    expect(resent).toEqual([sentMail().id]);
  });

  it("are not sent again while they are queued", async () => {
    serveMails(sentMail({ state: "queued", subject: null }));
    const { user: person } = await renderApp("/mail");
    const name = { name: "Actions for auth.password_recovery" };
    await person.click(await screen.findByRole("button", name));
    await screen.findByRole("menuitem", { name: "Show request" });
    expect(screen.queryByRole("menuitem", { name: "Resend" })).not.toBeInTheDocument();
  });
});

describe("the story of a request", () => {
  it("is found by a pasted id", async () => {
    const at = "2026-01-02T10:20:30Z";
    serveStory([
      { at, kind: "job", title: "mail.send_mail", event: "enqueued", link: "/jobs?job=7" },
      { at, kind: "mail", title: "Welcome", event: "failed", detail: "550 no such user" },
    ]);
    const { router, user: person } = await renderApp("/requests");
    await person.type(await screen.findByLabelText("Request ID"), ` ${REQUEST} `);
    await person.click(screen.getByRole("button", { name: "Show request" }));
    const events = await screen.findByRole("list", { name: "Events" });
    expect(router.state.location.pathname).toBe(`/requests/${REQUEST}`);
    expect(within(events).getAllByRole("listitem")).toHaveLength(2);
    expect(events).toHaveTextContent("550 no such user");
    serveJobs();
    await person.click(within(events).getByRole("link", { name: "mail.send_mail" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/jobs"));
    expect(await screen.findByRole("dialog", { name: "users.delete_avatar" })).toBeVisible();
  });

  it("is one click away from an error message", async () => {
    const { router, user: person } = await renderApp("/requests");
    serveStory([]);
    await toastError(
      new ApiError("It broke", { status: 500, code: "INT_001", requestId: REQUEST }),
    );
    await person.click(await screen.findByRole("link", { name: REQUEST }));
    await waitFor(() => expect(router.state.location.pathname).toBe(`/requests/${REQUEST}`));
  });

  it("says that nothing was recorded", async () => {
    serveStory([]);
    await renderApp(`/requests/${REQUEST}`);
    expect(await screen.findByText("Nothing recorded")).toBeVisible();
  });

  it("needs a valid id", async () => {
    const { router, user: person } = await renderApp("/requests");
    await person.type(await screen.findByLabelText("Request ID"), "short");
    await person.click(screen.getByRole("button", { name: "Show request" }));
    expect(await screen.findByText(/^Enter 8 to 64/)).toBeVisible();
    expect(router.state.location.pathname).toBe("/requests");
  });
});
