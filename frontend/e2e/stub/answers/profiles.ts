import type { ProfilePublic } from "@app/sdk";
import { json } from "../answer";
import type { Api } from "../api";
import { person } from "./users";

const text = (title: string, maxLength: number, rest: object = {}) => ({
  anyOf: [{ type: "string", maxLength }, { type: "null" }],
  title,
  ...rest,
});

/** A JSON schema with a field of each kind that the form knows. */
const SCHEMA = {
  type: "object",
  properties: {
    username: text("Username", 50, {
      description: "3 to 50 letters, digits, dots, hyphens or underscores. You can log in with it.",
    }),
    first_name: text("First name", 100),
    last_name: text("Last name", 100),
    document: { $ref: "#/$defs/ProfileDocument" },
  },
  $defs: {
    ProfileDocument: {
      type: "object",
      properties: {
        job_title: text("Job title", 100),
        bio: text("About you", 5000, { description: "A few sentences that introduce you." }),
        birthday: {
          anyOf: [{ type: "string", format: "date" }, { type: "null" }],
          title: "Birthday",
        },
        language: {
          anyOf: [{ type: "string", enum: ["English", "Deutsch"] }, { type: "null" }],
          title: "Preferred language",
        },
        team_size: {
          anyOf: [{ type: "integer", minimum: 0 }, { type: "null" }],
          title: "Team size",
        },
        newsletter: {
          type: "boolean",
          title: "Newsletter",
          description: "Get an email about news once in a while.",
        },
      },
    },
  },
};

export function profile(changes: Partial<ProfilePublic> = {}): ProfilePublic {
  return {
    user_id: person(0).id,
    username: "ada.l",
    first_name: "Ada",
    last_name: "Lovelace",
    document: {
      job_title: "Analyst",
      bio: "Writes programs for a machine that nobody has built.",
      birthday: "1815-12-10",
      language: "English",
      newsletter: false,
    },
    version: 1,
    ...changes,
  };
}

export default function profiles(api: Api) {
  let saved = profile();
  const change = ({ body }: { body: Partial<ProfilePublic> }) => {
    saved = { ...saved, ...body, version: saved.version + 1 };
    return json(saved);
  };

  api.on("GET /profiles/schema", json(SCHEMA));
  api.on("GET /profiles/me", () => json(saved));
  api.on("PATCH /profiles/me", change);
  api.on("GET /users/:user/profile", ({ params }) => json({ ...saved, user_id: params.user }));
  api.on("PATCH /users/:user/profile", change);
}
