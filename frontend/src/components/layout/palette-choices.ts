import { type NavigateOptions, useNavigate } from "@tanstack/react-router";
import { Keyboard, LogOut, type LucideIcon, PanelLeft, Settings } from "lucide-react";
import type { Target } from "@/lib/define-feature";
import { commands, navEntries, settingsTabs, visibleTo } from "@/lib/features";
import { useMe } from "@/lib/session";
import { setTheme } from "@/lib/theme";
import { toggleSidebar, useShell } from "./shell-context";
import { THEMES } from "./themes";

export interface Choice {
  id: string;
  title: string;
  hint?: string;
  icon: LucideIcon;
  keys?: string;
  run: () => void;
}

export interface ChoiceGroup {
  heading: string;
  choices: Choice[];
}

export function useGoTo() {
  const navigate = useNavigate();
  return ({ to, search }: Target) => void navigate({ to, search } as NavigateOptions);
}

/** All choices that need no request. */
export function useChoices(): ChoiceGroup[] {
  const me = useMe();
  const goTo = useGoTo();
  const shell = useShell();

  const pages = navEntries.filter(visibleTo(me)).map((entry) => ({
    ...entry,
    id: `page ${entry.to}`,
    run: () => goTo(entry),
  }));
  const tabs = settingsTabs.map((tab) => ({
    id: `tab ${tab.to}`,
    title: tab.title,
    hint: "Settings",
    icon: Settings,
    run: () => goTo(tab),
  }));
  const actions = commands.filter(visibleTo(me)).map((command) => ({
    ...command,
    id: `command ${command.title}`,
    run: () => goTo(command),
  }));
  const themes = THEMES.map(({ value, label, icon }) => ({
    id: `theme ${value}`,
    title: `${label} theme`,
    icon,
    run: () => setTheme(value),
  }));

  return [
    { heading: "Actions", choices: actions },
    { heading: "Pages", choices: [...pages, ...tabs] },
    {
      heading: "Appearance",
      choices: [
        ...themes,
        {
          id: "sidebar",
          title: "Collapse or expand the sidebar",
          icon: PanelLeft,
          keys: "[",
          run: toggleSidebar,
        },
      ],
    },
    {
      heading: "Help and account",
      choices: [
        {
          id: "shortcuts",
          title: "Keyboard shortcuts",
          icon: Keyboard,
          keys: "?",
          run: shell.showShortcuts,
        },
        {
          id: "log out",
          title: "Log out",
          icon: LogOut,
          run: shell.logOut,
        },
      ],
    },
  ];
}

/** Matches when each word of the query is the prefix of a word in the title or the hint. */
export function matching(groups: ChoiceGroup[], query: string): ChoiceGroup[] {
  const wanted = words(query);
  const matches = ({ title, hint = "" }: Choice) => {
    const own = words(`${title} ${hint}`);
    return wanted.every((word) => own.some((start) => start.startsWith(word)));
  };
  return groups
    .map(({ heading, choices }) => ({ heading, choices: choices.filter(matches) }))
    .filter(({ choices }) => choices.length > 0);
}

const words = (text: string) => text.toLowerCase().split(/\s+/).filter(Boolean);
