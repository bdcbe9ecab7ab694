import { useLocation } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useForm } from "react-hook-form";
import { linkToken } from "../search";
import { AuthPage } from "./auth-page";
import { MailSent } from "./mail-sent";

interface LinkPageProps {
  title: string;
  description: string;
  submitLabel: string;
  /** Uses the link up, and returns the API's message. */
  onConfirm: (token: string) => Promise<string>;
  footer: ReactNode;
}

/** The page of a link in a mail. Opening it changes nothing: programs that check mails for viruses follow links, too. */
export function LinkPage({ title, description, submitLabel, onConfirm, footer }: LinkPageProps) {
  const token = useLocation({ select: linkToken });
  const [message, setMessage] = useState<string>();
  const form = useForm();
  return (
    <AuthPage
      title={title}
      description={description}
      footer={footer}
      form={form}
      submitLabel={submitLabel}
      onSubmit={async () => setMessage(await onConfirm(token))}
      result={
        message && (
          <MailSent>
            <p className="text-pretty">{message}</p>
          </MailSent>
        )
      }
    >
      {null}
    </AuthPage>
  );
}
