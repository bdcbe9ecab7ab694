import type { Message } from "@app/sdk";
import { json, refuse } from "../answer";
import type { Api } from "../api";
import { person } from "./users";

/** Accepts any email and password. */
export default function auth(api: Api) {
  const message = (text: string) => json<Message>({ message: text });

  api.on("POST /login/session", ({ body }) => {
    api.user = person(0, { email: body.email });
    return json(api.user);
  });
  api.on("POST /login/logout", () => {
    api.user = undefined;
    return message("Logged out");
  });
  api.on("POST /login/refresh", () => refuse(401, "AUTH_001", "Not authenticated"));
  api.on("POST /password-recovery/:email", message("If the account exists, an email was sent"));
  api.on("POST /reset-password/", message("Password updated successfully"));
}
