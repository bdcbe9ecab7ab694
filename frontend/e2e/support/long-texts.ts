import type { Page } from "@playwright/test";

/** Fields with text that users or other servers write. */
const FREE_TEXT = /^(title|name|full_name|description|detail|fix|subject|last_error|message_id)$/;
const ADDRESS = /^(email|user_email|recipient)$/;
/** As long as the API accepts them, with and without blanks, in several scripts. */
const TEXTS = [
  "Donaudampfschifffahrtsgesellschaft".repeat(8).slice(0, 255),
  "https://intranet.example.com/teams/facilities/inventory/2026/meeting-room-oslo/projector?id=4711",
  "طاولة قابلة للتعديل في الطابق الثالث ".repeat(7).trim(),
  "👩🏽‍🚀".repeat(36),
  "WWWWWWWWWW ".repeat(23).trim(),
];
const EMAIL = `${"very-long-mailbox-name".repeat(3).slice(0, 64)}@${"sub-domain.".repeat(12)}example.com`;

/** Lengthens all text that users write, in every later response of the API. */
export async function lengthenTexts(page: Page) {
  await page.route(/\/api\/v1\/(?!events)/, async (route) => {
    const response = await route.fetch();
    if (!response.headers()["content-type"]?.includes("application/json")) {
      return route.fulfill({ response });
    }
    let index = 0;
    const body = JSON.stringify(await response.json(), (key, value) => {
      if (typeof value !== "string") return value;
      if (ADDRESS.test(key)) return EMAIL;
      if (!FREE_TEXT.test(key)) return value;
      index += 1;
      return TEXTS[index % TEXTS.length];
    });
    return route.fulfill({ response, body });
  });
}
