import { useId } from "react";
import { THEMES } from "@/components/layout/themes";
import { cn } from "@/lib/cn";
import { setTheme, useTheme } from "@/lib/theme";

/** A radio group whose options preview the theme. */
export function ThemeCards() {
  const theme = useTheme();
  const name = useId();
  return (
    <fieldset className="grid grid-cols-3 gap-3">
      <legend className="sr-only">Theme</legend>
      {THEMES.map(({ value, label, icon: Icon }) => (
        <label
          key={value}
          className="cursor-pointer rounded-lg border p-1.5 transition-colors duration-100 hover:border-ring has-checked:border-primary has-checked:ring-1 has-checked:ring-primary has-focus-visible:outline-2 has-focus-visible:outline-ring has-focus-visible:outline-offset-2"
        >
          <input
            type="radio"
            name={name}
            checked={theme === value}
            onChange={() => setTheme(value)}
            className="sr-only"
          />
          <Preview theme={value} />
          <span className="flex items-center gap-2 px-1.5 pt-2 pb-1 font-medium text-[13px]">
            <Icon aria-hidden className="hidden size-4 text-muted-foreground sm:block" />
            {label}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** A miniature page. `.light` and `.dark` set their own colours; "system" shows half of each. */
function Preview({ theme }: { theme: (typeof THEMES)[number]["value"] }) {
  if (theme !== "system") return <Page className={cn(theme, "rounded-md")} />;
  return (
    <span aria-hidden className="relative block overflow-hidden rounded-md">
      <Page className="light" />
      <Page className="dark absolute inset-0 [clip-path:polygon(100%_0,100%_100%,0_100%)]" />
    </span>
  );
}

function Page({ className }: { className: string }) {
  return (
    <span
      aria-hidden
      className={cn("block aspect-8/5 overflow-hidden border bg-background p-2", className)}
    >
      <span className="flex h-full gap-1.5">
        <span className="w-1/4 rounded-xs bg-muted" />
        <span className="flex flex-1 flex-col gap-1.5">
          <span className="h-1.5 w-2/3 rounded-full bg-foreground/70" />
          <span className="h-1.5 w-full rounded-full bg-muted-foreground/40" />
          <span className="mt-auto h-2.5 w-2/5 self-end rounded-xs bg-primary" />
        </span>
      </span>
    </span>
  );
}
