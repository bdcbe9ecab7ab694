import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { useForm } from "react-hook-form";
import { FormSheet } from "@/components/form/form-sheet";
import { TextareaField } from "@/components/form/text-field";
import type { Overlay } from "@/lib/overlay";
import { useReset } from "../api";
import { resetSchema } from "../code-form";

interface ResetSheetProps {
  overlay: Overlay<never>;
  userId: string;
}

/** Removes the app of a user who has lost it. */
export default function ResetSheet({ overlay, userId }: ResetSheetProps) {
  const reset = useReset();
  const form = useForm({
    resolver: standardSchemaResolver(resetSchema),
    defaultValues: { reason: "" },
  });
  return (
    <FormSheet
      overlay={overlay}
      form={form}
      title="Remove authenticator app"
      description="The user then signs in with the password only. We notify them by email, and all their sessions end. Make sure first that the request really comes from them."
      submitLabel="Remove"
      onSubmit={async (body) => {
        await reset.mutateAsync({ path: { user_id: userId }, body });
      }}
    >
      <TextareaField
        form={form}
        name="reason"
        label="Reason"
        hint="The user sees it in their activity."
        rows={3}
      />
    </FormSheet>
  );
}
