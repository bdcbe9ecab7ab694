import { type APIRequestContext, expect } from "@playwright/test";

// With its secret path: `mailbox` in .local/stack.json.
const { MAILBOX_URL = "http://localhost:8025" } = process.env;

interface Message {
  ID: string;
  Subject: string;
  To: { Address: string }[];
}

/** Waits for the newest email to an address with such a subject, and returns its link to `path` (Mailpit's API). */
export async function linkInMail(
  request: APIRequestContext,
  to: string,
  path: string,
  subject = /password/i,
) {
  let id: string | undefined;
  await expect
    .poll(
      async () => {
        const response = await request.get(`${MAILBOX_URL}/api/v1/messages?limit=200`);
        const { messages }: { messages: Message[] } = await response.json();
        id = messages.find(
          ({ To, Subject }) => To.some(({ Address }) => Address === to) && subject.test(Subject),
        )?.ID;
        return id;
      },
      { message: `an email to ${to}` },
    )
    .toBeTruthy();
  const response = await request.get(`${MAILBOX_URL}/api/v1/message/${id}`);
  const { HTML }: { HTML: string } = await response.json();
  const link = HTML.replaceAll("&amp;", "&")
    .match(/href="([^"]+)"/g)
    ?.map((attribute) => new URL(attribute.slice(6, -1)))
    .find(({ pathname }) => pathname === path);
  if (!link) throw new Error(`no link to ${path} in the email to ${to}`);
  return link.pathname + link.search + link.hash;
}
