import { expect, type Locator, type Page } from "@playwright/test";

/** The cost of a task. Characters of typed text are counted separately from other keys. */
export interface Effort {
  keys: number;
  taps: number;
  characters: number;
}

const MOST_TABS = 60;

/** Acts like a user and counts the effort. A key is a press of Tab, Enter, an arrow key or a shortcut. */
export class Person {
  readonly effort: Effort = { keys: 0, taps: 0, characters: 0 };

  constructor(readonly page: Page) {}

  async press(...keys: string[]) {
    for (const key of keys) await this.page.keyboard.press(key);
    this.effort.keys += keys.length;
  }

  /** Presses Tab until the target has the focus. */
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

  /** Types into the focused element. */
  async type(text: string) {
    await this.page.keyboard.type(text);
    this.effort.characters += text.length;
  }

  async fill(target: Locator, text: string) {
    await expect(target).toBeFocused();
    await this.type(text);
  }
}
