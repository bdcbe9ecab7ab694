import type { MailPublic } from "@app/sdk";
import { RowFact } from "@/components/data-table/row-facts";
import { Button } from "@/components/ui/button";
import { UserText } from "@/components/ui/user-text";
import { formatDateTime } from "@/lib/format";
import type { Overlay } from "@/lib/overlay";
import { asTitle, mailTitle, useMail } from "../api";
import { Block, Code, Facts, RecordSheet, RequestFact } from "./record-sheet";

interface MailSheetProps {
  id: string;
  overlay: Overlay<string>;
  onResend: (mail: MailPublic) => void;
}

export default function MailSheet({ id, overlay, onResend }: MailSheetProps) {
  const query = useMail(id);
  const mail = query.data;
  return (
    <RecordSheet
      overlay={overlay}
      title={mail ? mailTitle(mail) : "Mail"}
      description={mail ? asTitle(mail.state) : "The content of mails is not stored"}
      query={query}
      buttons={
        mail && mail.state !== "queued" && <Button onClick={() => onResend(mail)}>Resend</Button>
      }
    >
      {mail && (
        <>
          <Facts>
            <RowFact title="Recipient">
              <UserText>{mail.recipient ?? "A deleted user"}</UserText>
            </RowFact>
            <RowFact title="Template">{mail.template}</RowFact>
            <RowFact title="Attempts">{mail.attempts}</RowFact>
            <RowFact title="Created">{formatDateTime(mail.created_at)}</RowFact>
            {mail.attempted_at && (
              <RowFact title="Last attempt">{formatDateTime(mail.attempted_at)}</RowFact>
            )}
            {mail.sent_at && <RowFact title="Sent">{formatDateTime(mail.sent_at)}</RowFact>}
            {mail.message_id && (
              <RowFact title="Message-ID">
                <span className="font-mono text-xs">{mail.message_id}</span>
              </RowFact>
            )}
            <RequestFact id={mail.request_id} />
          </Facts>
          {mail.last_error && (
            <Block title="Last error">
              <Code>{mail.last_error}</Code>
            </Block>
          )}
        </>
      )}
    </RecordSheet>
  );
}
