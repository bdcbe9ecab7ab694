// Plain JavaScript in someone else's project: sign up, log in, create users, page through the list, handle an error.
import {
  createAppClient,
  createUser,
  logIn,
  paginate,
  readUserById,
  readUserMe,
  readUsers,
  registerUser,
} from "@app/sdk";

const baseUrl = process.env.API_URL;
const password = "correct horse battery";
const account = { email: `plain-${Date.now()}@example.com`, password };
await registerUser({ client: createAppClient({ baseUrl }), body: account });
const own = await logIn({ baseUrl, ...account });
const { data: me } = await readUserMe({ client: own });

const client = await logIn({ baseUrl, email: process.env.EMAIL, password: process.env.PASSWORD });
const made = Array.from({ length: 12 }, (_, index) => `made-${index}-${Date.now()}@example.com`);
await Promise.all(made.map((email) => createUser({ client, body: { email, password } })));
const emails = new Set();
for await (const user of paginate(readUsers, { client, query: { limit: 5 } }))
  emails.add(user.email);
const found = [me.email, ...made].filter((email) => emails.has(email)).length;

const path = { user_id: crypto.randomUUID() };
const error = await readUserById({ client, path }).catch((error) => error);
const { name, status, code, requestId } = error;
process.stdout.write(JSON.stringify({ found, name, status, code, requestId }));
