import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { lazy } from "react";
import { useForm } from "react-hook-form";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Form } from "@/components/form/form";
import { SubmitButton } from "@/components/form/submit-button";
import { TextField } from "@/components/form/text-field";
import type { ChallengeForm, ChallengeFormProps } from "@/lib/define-feature";
import { challengeForms } from "@/lib/features";
import { pageOf, user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { refuse, server, signedInAs, signedOut } from "@/test/server";
import { session } from "./factories";

const ada = user();
const MESSAGE = "This is not correct. Try again.";

/** A factor as a feature brings it: asks for the details' question. */
function Riddle({ details, submitLabel, onAnswer }: ChallengeFormProps) {
  const form = useForm({ defaultValues: { answer: "" } });
  return (
    <Form form={form} onSubmit={({ answer }) => onAnswer(answer, async () => noted.push(answer))}>
      <TextField form={form} name="answer" label={String(details.question)} />
      <SubmitButton control={form.control}>{submitLabel}</SubmitButton>
    </Form>
  );
}

const form = lazy(async () => ({ default: Riddle }));
const FORMS: ChallengeForm[] = [
  { kind: "riddle", title: "Use a riddle", order: 1, factor: "Riddle", form },
  { kind: "rhyme", title: "Use a rhyme", order: 2, form },
];
const CHALLENGE = {
  token: "t1",
  kinds: { riddle: { question: "What is it?" }, rhyme: { question: "What rhymes?" } },
};
let noted: string[] = [];
let own: ChallengeForm[] = [];

beforeEach(() => {
  noted = [];
  own = challengeForms.splice(0, challengeForms.length, ...FORMS);
});
afterEach(() => void challengeForms.splice(0, challengeForms.length, ...own));

const problemOf = (challenge: object) =>
  HttpResponse.json(
    {
      type: "about:blank",
      title: "Forbidden",
      status: 403,
      detail: "Confirm with your second factor to continue",
      code: "AUTH_MFA_REQUIRED",
      errors: [],
      request_id: "r",
      challenge,
    },
    { status: 403, headers: { "Content-Type": "application/problem+json" } },
  );

const isRight = ({ kind, answer }: { kind: string; answer: string }) => answer === `${kind}!`;
const wrong = () =>
  refuse(400, "AUTH_003", MESSAGE, [{ code: "incorrect", message: MESSAGE, field: "answer" }]);

/** An API whose user has both factors. `over` answers as if the challenge had expired. */
function serve({ over = false } = {}) {
  const sent: object[] = [];
  server.use(
    http.post("*/api/v1/login/session", () => problemOf(CHALLENGE)),
    http.post("*/api/v1/login/challenge", async ({ request }) => {
      const body = (await request.json()) as { kind: string; answer: string };
      sent.push(body);
      if (over) return refuse(401, "AUTH_CHALLENGE_EXPIRED", "Expired");
      if (!isRight(body)) return wrong();
      signedInAs(ada);
      return HttpResponse.json(ada);
    }),
  );
  return sent;
}

async function logIn() {
  signedOut();
  const app = await renderApp("/login");
  await app.user.type(screen.getByTestId("email-input"), ada.email);
  await app.user.type(screen.getByTestId("password-input"), "quiet-harbour-42{Enter}");
  return app;
}

describe("logging in with a second factor", () => {
  it("asks for the first one, and repeats after a wrong answer", async () => {
    const sent = serve();
    const { user: person } = await logIn();
    const field = await screen.findByLabelText("What is it?");
    await waitFor(() => expect(field).toHaveFocus());
    expect(screen.queryByTestId("password-input")).not.toBeInTheDocument();
    await person.type(field, "no{Enter}");
    expect(await screen.findByText(MESSAGE)).toBeInTheDocument();
    await person.clear(field);
    await person.type(field, "riddle!{Enter}");
    expect(await screen.findByRole("heading", { name: /^Hi/ })).toBeInTheDocument();
    expect(sent).toHaveLength(2);
    expect(sent[1]).toEqual({ token: "t1", kind: "riddle", answer: "riddle!" });
    expect(noted).toEqual(["riddle!"]);
  });

  it("lets the user choose another way", async () => {
    const sent = serve();
    const { user: person } = await logIn();
    await person.click(await screen.findByRole("button", { name: "Use another way" }));
    await person.click(screen.getByRole("button", { name: "Use a rhyme" }));
    const field = await screen.findByLabelText("What rhymes?");
    await waitFor(() => expect(field).toHaveFocus());
    await person.type(field, "rhyme!{Enter}");
    await waitFor(() => expect(sent).toEqual([{ token: "t1", kind: "rhyme", answer: "rhyme!" }]));
  });

  it("starts again when the challenge is over", async () => {
    serve({ over: true });
    const { user: person } = await logIn();
    await person.type(await screen.findByLabelText("What is it?"), "riddle!{Enter}");
    expect(
      await screen.findByText("The confirmation has expired. Log in again."),
    ).toBeInTheDocument();
    expect(screen.getByTestId("email-input")).toHaveValue(ada.email);
    expect(noted).toEqual([]);
  });
});

describe("a sensitive request of a user with second factors", () => {
  async function endSessions(needsFactor: boolean) {
    let isProven = false;
    const proofs: object[] = [];
    signedInAs(ada);
    server.use(
      http.get("*/api/v1/sessions/", () =>
        HttpResponse.json(pageOf([session(1, { is_current: true }), session(2)])),
      ),
      http.delete("*/api/v1/sessions/", () =>
        isProven
          ? HttpResponse.json({ message: "All other sessions ended" })
          : HttpResponse.json(
              {
                code: "AUTH_REAUTHENTICATION_REQUIRED",
                detail: "",
                status: 403,
                needs_factor: needsFactor,
              },
              { status: 403, headers: { "Content-Type": "application/problem+json" } },
            ),
      ),
      http.post("*/api/v1/login/reauthenticate/challenge", () => HttpResponse.json(CHALLENGE)),
      http.post("*/api/v1/login/reauthenticate", async ({ request }) => {
        const body = (await request.json()) as { challenge?: { kind: string; answer: string } };
        proofs.push(body);
        if (body.challenge && !isRight(body.challenge)) return wrong();
        isProven = true;
        return HttpResponse.json({ message: "Confirmed" });
      }),
    );
    const app = await renderApp("/settings/security");
    await app.user.click(await screen.findByRole("button", { name: "End all other sessions" }));
    const dialog = await screen.findByRole("alertdialog", { name: "Confirm it's you" });
    return { ...app, dialog, proofs };
  }

  it("asks for a factor, then repeats itself", async () => {
    const { user: person, dialog, proofs } = await endSessions(true);
    const field = await within(dialog).findByLabelText("What is it?");
    await waitFor(() => expect(field).toHaveFocus());
    await person.type(field, "riddle!{Enter}");
    expect(await screen.findByText("All other sessions ended")).toBeInTheDocument();
    expect(proofs).toEqual([{ challenge: { token: "t1", kind: "riddle", answer: "riddle!" } }]);
  });

  it("accepts the password where that is enough", async () => {
    const { user: person, dialog, proofs } = await endSessions(false);
    await person.click(await within(dialog).findByRole("button", { name: "Use another way" }));
    await person.click(within(dialog).getByRole("button", { name: "Use your password" }));
    const password = await within(dialog).findByTestId("password-input");
    await waitFor(() => expect(password).toHaveFocus());
    await person.type(password, "quiet-harbour-42{Enter}");
    // Not the toast, of which the test before can still show one.
    await waitFor(() => expect(dialog).not.toBeInTheDocument());
    expect(proofs).toEqual([{ password: "quiet-harbour-42" }]);
  });

  it("offers no password where a factor is required", async () => {
    const { user: person, dialog } = await endSessions(true);
    await person.click(await within(dialog).findByRole("button", { name: "Use another way" }));
    expect(within(dialog).getByRole("button", { name: "Use a rhyme" })).toBeInTheDocument();
    expect(within(dialog).queryByRole("button", { name: /password/ })).not.toBeInTheDocument();
  });
});

it("leads to the set-up of a factor that is required", async () => {
  signedInAs(ada);
  const required = () => refuse(403, "AUTH_MFA_SETUP_REQUIRED", "Set up a second factor");
  server.use(
    http.get("*/api/v1/sessions/", required),
    http.get("*/api/v1/users/me/security-events", required),
  );
  const { router } = await renderApp("/settings/activity");
  await waitFor(() => expect(router.state.location.pathname).toBe("/settings/security"));
  expect(await screen.findByText(/needs a second factor/)).toBeInTheDocument();
});
