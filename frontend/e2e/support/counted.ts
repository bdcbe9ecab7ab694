import { expect, type Locator, type Page } from "@playwright/test";

/** What a task took, apart from the characters of the text itself. */
export interface Effort {
  keys: number;
  taps: number;
  characters: number;
}

const MOST_TABS = 60;

/** Does what a person does, and counts it: a key is a press of Tab, Enter, an arrow or a shortcut. */
export class Person {
  readonly effort: Effort = { keys: 0, taps: 0, characters: 0 };

  constructor(readonly page: Page) {}

  async press(...keys: string[]) {
    for (const key of keys) await this.page.keyboard.press(key);
    this.effort.keys += keys.length;
  }

  /** Goes on with Tab until the target has the focus, as nobody without a mouse can avoid. */
  async tabTo(target: Locator) {
    await expect(target).toBeVisible();
    for (let presses = 1; presses <= MOST_TABS; presses += 1) {
      await this.press("Tab");
      if (await target.evaluate((element) => element === document.activeElement)) return;
    }
    throw new Error(`Tab did not reach ${target} within ${MOST_TABS} presses`);
  }

  async tap(target: Locator) {
    await target.tap();
    this.effort.taps += 1;
  }

  /** Into whatever has the focus. */
  async type(text: string) {
    await this.page.keyboard.type(text);
    this.effort.characters += text.length;
  }

  async fill(target: Locator, text: string) {
    await expect(target).toBeFocused();
    await this.type(text);
  }
}
