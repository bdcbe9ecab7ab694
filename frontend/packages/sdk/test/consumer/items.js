// Plain JavaScript in someone else's project: creates a thousand items concurrently and pages through them.
import {
  createAppClient,
  createItem,
  logIn,
  paginate,
  readItem,
  readItems,
  registerUser,
} from "@app/sdk";

const baseUrl = process.env.API_URL;
const account = { email: `plain-${Date.now()}@example.com`, password: "correct horse battery" };
await registerUser({ client: createAppClient({ baseUrl }), body: account });
const client = await logIn({ baseUrl, ...account });

const left = Array.from({ length: 1000 }, (_, index) => `Item ${index}`);
const create = async () => {
  for (let title = left.pop(); title; title = left.pop()) {
    await createItem({ client, body: { title } });
  }
};
await Promise.all(Array.from({ length: 20 }, create));

const titles = new Set();
for await (const item of paginate(readItems, { client })) titles.add(item.title);

const error = await readItem({ client, path: { id: crypto.randomUUID() } }).catch((error) => error);
const { name, status, code, requestId } = error;
process.stdout.write(JSON.stringify({ found: titles.size, name, status, code, requestId }));
