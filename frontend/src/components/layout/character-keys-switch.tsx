import { useId } from "react";
import { Label } from "@/components/ui/label";
import { Switch } from "@/components/ui/switch";
import { characterKeysOff } from "@/lib/hotkeys";

/** For users whose voice control or tremor triggers single-key shortcuts (WCAG 2.1.4). */
export function CharacterKeysSwitch() {
  const id = useId();
  const isOff = characterKeysOff.use();
  return (
    <div className="flex items-center justify-between gap-4">
      <div className="grid gap-1.5">
        <Label htmlFor={id}>Single-key shortcuts</Label>
        <p id={`${id}-hint`} className="text-[13px] text-muted-foreground">
          When off, only Ctrl/Cmd shortcuts work.
        </p>
      </div>
      <Switch
        id={id}
        aria-describedby={`${id}-hint`}
        checked={!isOff}
        onChange={(event) => characterKeysOff.set(!event.target.checked)}
      />
    </div>
  );
}
