import { ConfirmDialog } from "@/components/form/confirm-dialog";
import { Button } from "@/components/ui/button";
import { useOverlay } from "@/lib/overlay";
import { useReplaceCodes, useTurnOff } from "../api";

type Action = "replace" | "turn off";

const QUESTIONS = {
  replace: {
    title: "Create new recovery codes?",
    description: "The recovery codes that you have no longer work.",
    confirmLabel: "Create codes",
  },
  "turn off": {
    title: "Turn off the authenticator app?",
    description:
      "Signing in then needs your password only. Your recovery codes and trusted devices are deleted, and your other sessions end.",
    confirmLabel: "Turn off",
  },
};

/** What users do with an app that is on. */
export function OwnApp({ onCodes }: { onCodes: (codes: string[] | undefined) => void }) {
  const overlay = useOverlay<Action>();
  const replace = useReplaceCodes();
  const turnOff = useTurnOff();
  const isPending = replace.isPending || turnOff.isPending;
  const question = QUESTIONS[overlay.value ?? "replace"];
  // Not `disabled`: the focus returns to it from the dialogs.
  const opens = (action: Action) => ({
    "aria-disabled": isPending,
    onClick: () => !isPending && overlay.show(action),
  });

  function run() {
    overlay.hide();
    if (overlay.value === "replace") {
      replace.mutate({}, { onSuccess: ({ codes }) => onCodes(codes) });
    } else {
      turnOff.mutate({}, { onSuccess: () => onCodes(undefined) });
    }
  }

  return (
    <div className="mt-6 flex flex-wrap gap-2">
      <Button variant="outline" {...opens("replace")}>
        New recovery codes
      </Button>
      <Button variant="outline" {...opens("turn off")}>
        Turn off
      </Button>
      <ConfirmDialog
        open={overlay.open}
        {...question}
        onConfirm={run}
        onCancel={overlay.hide}
        onCloseAutoFocus={overlay.returnFocus}
      />
    </div>
  );
}
