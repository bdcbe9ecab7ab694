import { isLarge, useIsLarge } from "@/lib/media";
import { storedFlag } from "@/lib/stored-flag";

const collapsed = storedFlag("sidebar-collapsed");
const openOnTablets = storedFlag("sidebar-open-on-tablets");

/** On tablets the sidebar starts as icons, so that the page has enough space. Each size keeps the user's choice. */
export const sidebarCollapsed = {
  get: () => (isLarge() ? collapsed.get() : !openOnTablets.get()),
  set: (value: boolean) => (isLarge() ? collapsed.set(value) : openOnTablets.set(!value)),
  use: () => {
    const isOpenOnTablets = openOnTablets.use();
    const isCollapsed = collapsed.use();
    return useIsLarge() ? isCollapsed : !isOpenOnTablets;
  },
};
