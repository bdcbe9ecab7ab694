import type { Feature, SlotName } from "@/lib/define-feature";

const manifests = import.meta.glob<Feature>("../features/*/feature.ts", {
  eager: true,
  import: "default",
});
const features = Object.entries(manifests);

export const navEntries = features
  .flatMap(([, feature]) => feature.nav ?? [])
  .sort((a, b) => a.order - b.order);

export function slotFillings(name: SlotName) {
  return features.flatMap(([path, { slots }]) => {
    const Component = slots?.[name];
    return Component ? [{ key: path, Component }] : [];
  });
}
