import type { TotpSetup } from "@app/sdk";
import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { useForm } from "react-hook-form";
import { FormSheet } from "@/components/form/form-sheet";
import { CopyButton } from "@/components/ui/copy-button";
import type { Overlay } from "@/lib/overlay";
import { useConfirm } from "../api";
import { codeSchema } from "../code-form";
import { CodeField } from "./code-field";

interface SetupSheetProps {
  overlay: Overlay<TotpSetup>;
  onCodes: (codes: string[]) => void;
}

/** The secret for the app, and the first code, which turns the app on. */
export default function SetupSheet({ overlay, onCodes }: SetupSheetProps) {
  const confirm = useConfirm();
  const form = useForm({
    resolver: standardSchemaResolver(codeSchema),
    defaultValues: { code: "" },
  });
  const setup = overlay.value;
  return (
    <FormSheet
      overlay={overlay}
      form={form}
      title="Set up authenticator app"
      description="Scan the QR code with an app such as Google Authenticator, 1Password or Aegis."
      submitLabel="Turn on"
      onSubmit={async (body) => onCodes((await confirm.mutateAsync({ body })).codes)}
    >
      {setup && (
        <>
          <img
            src={setup.qr_code}
            alt="QR code for your app"
            className="size-52 justify-self-center rounded-md bg-white"
          />
          <div className="grid gap-1.5 text-[13px]">
            <p className="text-muted-foreground">
              {"No camera? "}
              <a href={setup.uri} className="underline underline-offset-4">
                Open your app
              </a>
              {" on this device, or type this key into it:"}
            </p>
            <div className="flex items-center gap-2">
              <code className="min-w-0 flex-1 select-all rounded-md bg-muted px-2 py-1.5 font-mono break-all">
                {setup.secret}
              </code>
              <CopyButton text={setup.secret} label="Copy key" />
            </div>
          </div>
        </>
      )}
      <CodeField form={form} name="code" hint="Six digits that the app then shows." submits />
    </FormSheet>
  );
}
