import { zPasskeysReset } from "@app/sdk/zod";
import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { useForm } from "react-hook-form";
import * as z from "zod/mini";
import { FormSheet } from "@/components/form/form-sheet";
import { TextareaField } from "@/components/form/text-field";
import type { Overlay } from "@/lib/overlay";
import { requiredText } from "@/lib/zod";
import { useResetPasskeys } from "../api";

const schema = z.object({ reason: requiredText("Reason", zPasskeysReset.shape.reason) });

interface ResetSheetProps {
  overlay: Overlay<never>;
  userId: string;
}

/** Removes the passkeys of a user who has lost them. */
export default function ResetSheet({ overlay, userId }: ResetSheetProps) {
  const reset = useResetPasskeys();
  const form = useForm({
    resolver: standardSchemaResolver(schema),
    defaultValues: { reason: "" },
    mode: "onTouched",
  });
  return (
    <FormSheet
      overlay={overlay}
      form={form}
      title="Remove all passkeys"
      description="The user's sessions end, and their password alone is enough again, unless they have another second factor. They are notified by email."
      onSubmit={async (body) => {
        await reset.mutateAsync({ path: { user_id: userId }, body });
      }}
    >
      <TextareaField
        form={form}
        name="reason"
        label="Reason"
        hint="Stored with the user's activity, which they can read."
      />
    </FormSheet>
  );
}
