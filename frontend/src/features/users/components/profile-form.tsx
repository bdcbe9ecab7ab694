import { requestEmailChange, type UserPublic, updateUserMe } from "@app/sdk";
import { readEmailMeOptions, readEmailMeQueryKey } from "@app/sdk/react-query";
import { zUserUpdateMe } from "@app/sdk/zod";
import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useForm, useFormState } from "react-hook-form";
import * as z from "zod/mini";
import { EmailField } from "@/components/form/email-field";
import { FormCard } from "@/components/form/form-card";
import { TextField } from "@/components/form/text-field";
import { useVersionedForm } from "@/components/form/use-versioned-form";
import { ifMatch } from "@/lib/rows";
import { useMeRecord, useSession } from "@/lib/session";
import { isolated } from "@/lib/text";
import { toastSuccess } from "@/lib/toast";
import { emailField, optionalText } from "@/lib/zod";

const schema = z.object({
  full_name: optionalText("Full name", zUserUpdateMe.shape.full_name),
  email: emailField,
});

const valuesOf = ({ full_name, email }: UserPublic) => ({ full_name: full_name ?? "", email });

export function ProfileForm({ me }: { me: UserPublic }) {
  const session = useSession();
  const form = useForm({
    resolver: standardSchemaResolver(schema),
    defaultValues: valuesOf(me),
    mode: "onTouched",
  });
  const { dirtyFields } = useFormState({ control: form.control });
  const pending = usePendingEmail(me);
  const { submit, conflict } = useVersionedForm({
    form,
    record: useMeRecord(),
    saved: me,
    toValues: valuesOf,
    save: async ({ email, full_name }, version) => {
      let saved = me;
      if (dirtyFields.full_name) {
        const { data } = await updateUserMe({ body: { full_name }, headers: ifMatch(version) });
        session.update(data);
        saved = data;
      }
      if (dirtyFields.email && email !== saved.email) await pending.request(email);
      form.reset(valuesOf(saved));
      return saved;
    },
    labels: { full_name: "Full name", email: "Email" },
  });
  return (
    <FormCard
      form={form}
      title="Profile"
      description="Your name and email address."
      submitLabel="Save"
      saveWhenDirty
      onSubmit={async (body) => {
        const isNewEmail = dirtyFields.email;
        await submit(body);
        void toastSuccess(
          isNewEmail ? "We sent a link to the new address" : "User updated successfully",
        );
      }}
    >
      {conflict}
      <TextField
        form={form}
        name="full_name"
        label="Full name"
        placeholder="Full name"
        autoComplete="name"
        data-testid="full-name-input"
      />
      <EmailField
        form={form}
        name="email"
        label="Email"
        hint={pending.hint}
        autoComplete="email"
        data-testid="email-input"
      />
    </FormCard>
  );
}

/** The new address that waits for its confirmation. */
function usePendingEmail(me: UserPublic) {
  const queryClient = useQueryClient();
  const { data } = useQuery(readEmailMeOptions());
  const email = data?.pending_email;
  return {
    hint:
      email && email !== me.email
        ? `We sent a link to ${isolated(email)}. Follow it to change your email address.`
        : "Another address has to be confirmed by a link.",
    request: async (email: string) => {
      await requestEmailChange({ body: { email } });
      await queryClient.invalidateQueries({ queryKey: readEmailMeQueryKey() });
    },
  };
}
