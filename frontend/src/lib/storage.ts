/**
 * The browser's storage, which users can block: then reading it throws. What would be stored is kept until the page
 * is left.
 */
export const browserStorage = safeStorage(() => window.localStorage);
export const tabStorage = safeStorage(() => window.sessionStorage);

function safeStorage(find: () => Storage) {
  const kept = new Map<string, string>();
  return {
    get(key: string): string | null {
      try {
        return find().getItem(key);
      } catch {
        return kept.get(key) ?? null;
      }
    },
    /** `null` removes the value. */
    set(key: string, value: string | null) {
      try {
        if (value === null) find().removeItem(key);
        else find().setItem(key, value);
      } catch {
        if (value === null) kept.delete(key);
        else kept.set(key, value);
      }
    },
  };
}
