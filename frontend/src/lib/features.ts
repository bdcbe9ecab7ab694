import type { UserPublic } from "@app/sdk";
import type { Feature, SlotName } from "@/lib/define-feature";

const manifests = import.meta.glob<Feature>("../features/*/feature.ts", {
  eager: true,
  import: "default",
});
const features = Object.entries(manifests);

const byOrder = (a: { order: number }, b: { order: number }) => a.order - b.order;

/** Hides superusers' entries from other users. The API checks permissions itself. */
export function visibleTo({ is_superuser }: UserPublic) {
  return ({ superuser }: { superuser?: boolean }) => !superuser || is_superuser;
}

export const navEntries = features.flatMap(([, { nav = [] }]) => nav).sort(byOrder);
export const commands = features.flatMap(([, { commands = [] }]) => commands);
export const settingsTabs = features.flatMap(([, { settings = [] }]) => settings).sort(byOrder);
export const menuEntries = settingsTabs.flatMap(({ menuIcon, ...tab }) =>
  menuIcon ? [{ ...tab, icon: menuIcon }] : [],
);
export const checklist = features.flatMap(([, { checklist = [] }]) => checklist).sort(byOrder);
export const userLinks = features.flatMap(([, { userLinks = [] }]) => userLinks);
export const ownedRows = features.flatMap(([, { ownedRows = [] }]) => ownedRows);

export const challengeForms = features
  .flatMap(([, { challenges = [] }]) => challenges)
  .sort(byOrder);

export const securityEvents: Record<string, string> = Object.assign(
  {},
  ...features.map(([, feature]) => feature.securityEvents),
);

export const loginAutoComplete = [
  "username",
  ...features.flatMap(([, { loginAutoComplete = [] }]) => loginAutoComplete),
].join(" ");

/** Undefined if no feature has such a page. */
export const requestPath = features.map(([, feature]) => feature.requestPath).find(Boolean);

/** Server searches of the command palette. The entry gives the title and decides who can search. */
export const searches = features.flatMap(([, { nav, search }]) => {
  const entry = nav?.[0];
  return entry && search ? [{ entry, search }] : [];
});

export function slotFillings(name: SlotName) {
  return features.flatMap(([path, { slots }]) => {
    const Component = slots?.[name];
    return Component ? [{ key: path, Component }] : [];
  });
}
