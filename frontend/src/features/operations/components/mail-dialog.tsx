import type { MailPublic } from "@app/sdk";
import { ConfirmDialog } from "@/components/form/confirm-dialog";
import type { Overlay } from "@/lib/overlay";
import { mailTitle, useResendMail } from "../api";

/** Asks before a mail is sent again. */
export default function MailDialog({ overlay }: { overlay: Overlay<MailPublic> }) {
  const resend = useResendMail();
  const mail = overlay.value;
  if (!mail) return null;
  return (
    <ConfirmDialog
      title={`Resend "${mailTitle(mail)}"?`}
      description="The recipient gets the mail again, with new links. Their limit of mails applies."
      confirmLabel="Resend"
      open={overlay.open}
      onConfirm={() => {
        overlay.hide();
        resend(mail);
      }}
      onCancel={overlay.hide}
      onCloseAutoFocus={overlay.returnFocus}
    />
  );
}
