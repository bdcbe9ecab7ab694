import type { LinkProps } from "@tanstack/react-router";
import type { LucideIcon } from "lucide-react";
import type { ComponentType } from "react";

interface NavEntry {
  title: string;
  /** Typed by the router: a link to a page that is gone is a type error. */
  to: NonNullable<LinkProps["to"]>;
  icon: LucideIcon;
  order: number;
}

/** Places of shared pages that a feature may fill. */
export type SlotName = "dashboard.cards";

/** What a feature adds to the shell. Found by its file name: nothing lists the features. */
export interface Feature {
  nav?: NavEntry[];
  slots?: Partial<Record<SlotName, ComponentType>>;
}

/** Apart from `features.ts`, which imports every manifest: a manifest that imported it back would be a cycle. */
export function defineFeature(feature: Feature): Feature {
  return feature;
}
