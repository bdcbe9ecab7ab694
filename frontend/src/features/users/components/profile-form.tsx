import { type UserPublic, updateUserMe } from "@app/sdk";
import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { useForm } from "react-hook-form";
import * as z from "zod/mini";
import { FormCard } from "@/components/form/form-card";
import { TextField } from "@/components/form/text-field";
import { useSession } from "@/lib/session";
import { toastSuccess } from "@/lib/toast";
import { emailField, optionalText } from "@/lib/zod";

const schema = z.object({ full_name: optionalText("Full name"), email: emailField });

const valuesOf = ({ full_name, email }: UserPublic) => ({ full_name: full_name ?? "", email });

export function ProfileForm({ me }: { me: UserPublic }) {
  const session = useSession();
  const form = useForm({
    resolver: standardSchemaResolver(schema),
    defaultValues: valuesOf(me),
    mode: "onTouched",
  });
  return (
    <FormCard
      form={form}
      title="Profile"
      description="How others see you, and where mail for you goes."
      hint="A new e-mail address ends your other sessions."
      submitLabel="Save"
      saveWhenDirty
      onSubmit={async (body) => {
        const { data } = await updateUserMe({ body, headers: { "If-Match": `"${me.version}"` } });
        session.update(data);
        form.reset(valuesOf(data));
        void toastSuccess("User updated successfully");
      }}
    >
      <TextField
        form={form}
        name="full_name"
        label="Full name"
        placeholder="Full name"
        autoComplete="name"
        data-testid="full-name-input"
      />
      <TextField
        form={form}
        name="email"
        label="Email"
        type="email"
        placeholder="Email"
        autoComplete="email"
        data-testid="email-input"
      />
    </FormCard>
  );
}
