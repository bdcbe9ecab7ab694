import type { ProfilePublic } from "@app/sdk";

export function profile(changes: Partial<ProfilePublic> = {}): ProfilePublic {
  return {
    user_id: "0198a000-0000-7000-8000-000000000001",
    username: "ada",
    first_name: "Ada",
    last_name: "Lovelace",
    document: {
      job_title: "Engineer",
      bio: null,
      birthday: null,
      colour: "Red",
      newsletter: false,
    },
    version: 1,
    ...changes,
  } as ProfilePublic;
}

const text = (title: string, maxLength: number, rest: object = {}) => ({
  anyOf: [{ type: "string", maxLength }, { type: "null" }],
  title,
  ...rest,
});

/** As the API returns it, with a field of each kind. */
export const schema = {
  type: "object",
  properties: {
    username: {
      anyOf: [{ type: "string", minLength: 3, maxLength: 50 }, { type: "null" }],
      title: "Username",
    },
    first_name: text("First name", 100),
    last_name: text("Last name", 100),
    document: { $ref: "#/$defs/ProfileDocument" },
  },
  $defs: {
    ProfileDocument: {
      type: "object",
      properties: {
        job_title: text("Job title", 10),
        bio: text("About you", 5000, { description: "A few sentences." }),
        birthday: {
          anyOf: [{ type: "string", format: "date" }, { type: "null" }],
          title: "Birthday",
        },
        colour: { type: "string", enum: ["Red", "Green"], title: "Colour" },
        language: {
          anyOf: [{ const: "English", type: "string" }, { type: "null" }],
          title: "Language",
        },
        children: {
          anyOf: [{ type: "integer", minimum: 0, maximum: 20 }, { type: "null" }],
          title: "Children",
        },
        newsletter: { type: "boolean", title: "Newsletter", description: "Get news." },
        address: { $ref: "#/$defs/Address" },
      },
    },
  },
};
