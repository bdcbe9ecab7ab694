import type { UserPublic } from "@app/sdk";
import type { QueryClient } from "@tanstack/react-query";
import type { LinkProps } from "@tanstack/react-router";
import type { LucideIcon } from "lucide-react";
import type { ComponentType, LazyExoticComponent } from "react";
import type { Noun } from "@/lib/noun";

/** The target of a link. The router types `to`: a link to a missing page is a type error. */
export interface Target {
  to: NonNullable<LinkProps["to"]>;
  search?: Record<string, string | number | boolean>;
}

/** A link in the sidebar and a page in the command palette. */
export interface NavEntry extends Target {
  title: string;
  icon: LucideIcon;
  order: number;
  /** The group of the sidebar. Default: "main". */
  area?: "main" | "admin";
  /** Only superusers see it. The page must also call `requireSuperuser`, which leads others to `/`. */
  superuser?: boolean;
  /** Keyboard shortcut, such as "g i". */
  keys?: string;
}

/** An action in the command palette. It is a link: a page that can start the action has a URL for it. */
export interface Command extends Target {
  title: string;
  icon: LucideIcon;
  superuser?: boolean;
}

/** A record that the command palette found. */
export interface SearchResult extends Target {
  id: string;
  title: string;
  /** Distinguishes records with the same title. */
  hint?: string;
}

/** A tab of the settings. Its page is in the feature's own `routes/app/settings`. */
export interface SettingsTab {
  title: string;
  to: Target["to"];
  order: number;
  /** Also shows the tab in the user menu. */
  menuIcon?: LucideIcon;
}

/** A step of the checklist "Get started" on the dashboard. */
export interface ChecklistStep extends Target {
  title: string;
  order: number;
  /** Computed from data on the server, never from a click here. */
  isDone: (user: UserPublic, queryClient: QueryClient) => boolean | Promise<boolean>;
}

/** A page that shows data of one user: an action in the list of users. */
export interface UserLink {
  title: string;
  icon: LucideIcon;
  to: Target["to"];
  /** The page's search parameter that takes the user's id. */
  param: string;
}

export interface ChallengeFormProps {
  /** What the API sent for this kind of proof. */
  details: Record<string, unknown>;
  /** The label of the button that sends the answer, where the user presses one. */
  submitLabel: string;
  /** Whether the answer signs in. Otherwise the user is signed in, and proves again who they are. */
  isSignIn: boolean;
  /**
   * Sends the answer. Rejects with the API's error, at the field `answer` for a wrong one. `afterwards` runs when the
   * user is signed in, before the page leaves.
   */
  onAnswer: (answer: string, afterwards?: () => Promise<unknown>) => Promise<void>;
}

/** How users answer one kind of challenge, such as a code from an app. */
export interface ChallengeForm {
  /** The API's name of it. */
  kind: string;
  /** On the button that chooses it, such as "Use an authenticator app". */
  title: string;
  /** Of those that the user has set up, the first one is shown. */
  order: number;
  /** Name of the second factor in the filter of the users list. Missing for a substitute, such as a recovery code. */
  factor?: string;
  form: LazyExoticComponent<ComponentType<ChallengeFormProps>>;
}

/** Rows that are deleted with their owner, for the question before a user is deleted. */
export interface OwnedRows {
  noun: Noun;
  count: (userId: string, signal: AbortSignal) => Promise<number>;
}

/** Places in shared pages that features can fill. */
export type SlotName =
  /** Two cards, 8 rem high. */
  | "dashboard.stats"
  | "dashboard.cards"
  | "dashboard.admin"
  /** Work without markup that runs while the user is signed in. */
  | "session.open"
  /** The dialog for signing in again in place. Mounted while there is unsaved input. */
  | "session.ended"
  /** The dialog in which users prove again who they are. Mounted while they are asked. */
  | "session.proof"
  /** Further ways to sign in, below the form of the login page. */
  | "login.options"
  /** Cards of Settings > Security, below the sessions. */
  | "settings.security";

/** What a feature adds to the shell. It is found by its file name; there is no list of features. */
export interface Feature {
  nav?: NavEntry[];
  commands?: Command[];
  /**
   * Server search in the command palette. Its results stand under the title of the feature's first `nav` entry, and
   * only users who see that entry can search.
   */
  search?: (query: string, signal: AbortSignal) => Promise<SearchResult[]>;
  settings?: SettingsTab[];
  checklist?: ChecklistStep[];
  userLinks?: UserLink[];
  ownedRows?: OwnedRows;
  challenges?: ChallengeForm[];
  /** Security events of this feature: the API's `kind`, and its words in Activity. */
  securityEvents?: Record<string, string>;
  /** What the email field of the login page adds to its `autocomplete`. */
  loginAutoComplete?: string;
  /** Path of the superusers' page about a request, to which its id in error messages links. */
  requestPath?: (id: string) => string;
  slots?: Partial<Record<SlotName, ComponentType>>;
}

/** Not in `features.ts`, which imports every manifest: a manifest that imported it would close a circle. */
export function defineFeature(feature: Feature): Feature {
  return feature;
}
