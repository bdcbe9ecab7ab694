import { useId } from "react";
import { THEMES } from "@/components/layout/themes";
import { setTheme, useTheme } from "@/lib/theme";

/** For visitors' pages: it needs no menu and no further download. */
export function ThemeSwitch() {
  const theme = useTheme();
  const name = useId();
  return (
    <fieldset className="flex rounded-full border bg-background p-0.5">
      <legend className="sr-only">Theme</legend>
      {THEMES.map(({ value, label, icon: Icon }) => (
        <label
          key={value}
          title={label}
          className="flex size-8 cursor-pointer items-center justify-center rounded-full text-muted-foreground hover:text-foreground has-checked:bg-accent has-checked:text-foreground has-focus-visible:outline-2 has-focus-visible:outline-ring pointer-coarse:size-11"
        >
          <input
            type="radio"
            name={name}
            checked={theme === value}
            onChange={() => setTheme(value)}
            className="sr-only"
          />
          <Icon aria-hidden className="size-4" />
          <span className="sr-only">{label}</span>
        </label>
      ))}
    </fieldset>
  );
}
