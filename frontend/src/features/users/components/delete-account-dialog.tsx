import { deleteUserMe, type UserPublic } from "@app/sdk";
import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { useForm } from "react-hook-form";
import * as z from "zod/mini";
import { Form } from "@/components/form/form";
import { SubmitButton } from "@/components/form/submit-button";
import { TextField } from "@/components/form/text-field";
import {
  AlertDialog,
  AlertDialogCancel,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogFooter,
  AlertDialogTitle,
} from "@/components/ui/alert-dialog";
import { Button } from "@/components/ui/button";
import { UserText } from "@/components/ui/user-text";
import type { Overlay } from "@/lib/overlay";
import { useSession } from "@/lib/session";
import { toastSuccess } from "@/lib/toast";
import { OwnedRows } from "./owned-rows";

interface DeleteAccountDialogProps {
  me: UserPublic;
  overlay: Overlay<never>;
}

/** Requires the user to type their email, so that a stray click cannot delete an account. */
export function DeleteAccountDialog({ me: { id, email }, overlay }: DeleteAccountDialogProps) {
  const session = useSession();
  const schema = z.object({
    email: z
      .string()
      .check(z.refine((text) => folded(text) === folded(email), "That doesn't match your email")),
  });
  const form = useForm({
    resolver: standardSchemaResolver(schema),
    defaultValues: { email: "" },
  });
  return (
    <AlertDialog open={overlay.open} onOpenChange={(open) => !open && overlay.hide()}>
      <AlertDialogContent
        onOpenAutoFocus={() => form.setFocus("email")}
        onCloseAutoFocus={overlay.returnFocus}
      >
        <AlertDialogTitle>Delete your account?</AlertDialogTitle>
        <AlertDialogDescription>
          <span>
            This permanently deletes <UserText className="font-medium break-all">{email}</UserText>{" "}
            and all its data.{" "}
          </span>
          {overlay.open && <OwnedRows userIds={[id]} who="you" />}
          <span>Type your email to confirm.</span>
        </AlertDialogDescription>
        <Form
          form={form}
          className="mt-3 grid gap-4"
          onSubmit={async () => {
            await deleteUserMe();
            await session.end();
            void toastSuccess("Your account was deleted");
          }}
        >
          <TextField form={form} name="email" label="Email" autoComplete="off" spellCheck={false} />
          <AlertDialogFooter>
            <AlertDialogCancel asChild>
              <Button variant="outline">Cancel</Button>
            </AlertDialogCancel>
            <SubmitButton control={form.control} variant="destructive">
              Delete
            </SubmitButton>
          </AlertDialogFooter>
        </Form>
      </AlertDialogContent>
    </AlertDialog>
  );
}

/** However the user types it: capitals, spaces around it, and letters with separate accents are the same. */
const folded = (email: string) => email.trim().normalize("NFC").toLowerCase();
