import type { UserPublic } from "@app/sdk";
import type { QueryClient } from "@tanstack/react-query";
import type { LinkProps } from "@tanstack/react-router";
import type { LucideIcon } from "lucide-react";
import type { ComponentType } from "react";

/** Where an entry leads. `to` is typed by the router: a link to a page that is gone is a type error. */
export interface Target {
  to: NonNullable<LinkProps["to"]>;
  search?: Record<string, string | number | boolean>;
}

/** A link of the sidebar, and a page of the command palette. */
export interface NavEntry extends Target {
  title: string;
  icon: LucideIcon;
  order: number;
  /** The group of the sidebar; "main" when left out. */
  area?: "main" | "admin";
  /** Only superusers see it. The page guards itself with `requireSuperuser`. */
  superuser?: boolean;
  /** Keyboard shortcut, such as "g i". */
  keys?: string;
}

/** An action of the command palette. It is a link: a page that can start the action has a URL that does. */
export interface Command extends Target {
  title: string;
  icon: LucideIcon;
  superuser?: boolean;
}

/** A record that the command palette found. */
export interface SearchResult extends Target {
  id: string;
  title: string;
  /** What tells two records of the same title apart. */
  hint?: string;
}

/** A tab of the settings. Its page lies in the feature's own `routes/app/settings`. */
export interface SettingsTab {
  title: string;
  to: Target["to"];
  order: number;
  /** With it the tab is in the user's menu, too. */
  menuIcon?: LucideIcon;
}

/** A step of the checklist "Get started" on the dashboard. */
export interface ChecklistStep extends Target {
  title: string;
  order: number;
  /** From what is stored on the server, never from a click here. */
  isDone: (user: UserPublic, queryClient: QueryClient) => boolean | Promise<boolean>;
}

/** A page that shows what belongs to one user: an action of the list of users. */
export interface UserLink {
  title: string;
  icon: LucideIcon;
  to: Target["to"];
  /** The page's search parameter that takes the user's id. */
  param: string;
}

/** Places of shared pages that a feature may fill. */
export type SlotName =
  /** Two cards, 8 rem high. */
  | "dashboard.stats"
  | "dashboard.cards"
  | "dashboard.admin"
  /** The dialog that asks to sign in again in place. Mounted while there is unsaved input. */
  | "session.ended";

/** What a feature adds to the shell. Found by its file name: nothing lists the features. */
export interface Feature {
  nav?: NavEntry[];
  commands?: Command[];
  /** Server search of the command palette, for those who see the feature's first `nav` entry, under its title. */
  search?: (query: string, signal: AbortSignal) => Promise<SearchResult[]>;
  settings?: SettingsTab[];
  checklist?: ChecklistStep[];
  userLinks?: UserLink[];
  slots?: Partial<Record<SlotName, ComponentType>>;
}

/** Apart from `features.ts`, which imports every manifest: a manifest that imported it back would be a cycle. */
export function defineFeature(feature: Feature): Feature {
  return feature;
}
