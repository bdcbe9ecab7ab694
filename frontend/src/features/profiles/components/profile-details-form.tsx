import type { ProfilePublic } from "@app/sdk";
import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import type { UseQueryResult } from "@tanstack/react-query";
import { useMemo } from "react";
import { useForm } from "react-hook-form";
import { FormCard } from "@/components/form/form-card";
import { useVersionedForm } from "@/components/form/use-versioned-form";
import { toastSuccess } from "@/lib/toast";
import type { SaveProfile } from "../api";
import { type ProfileField, profileFields, profileSchema, profileValues } from "../profile-fields";
import { ProfileInput } from "./profile-input";

/** What browsers know of their user. */
const AUTO_COMPLETE = new Map([
  ["first_name", "given-name"],
  ["last_name", "family-name"],
]);

interface ProfileDetailsFormProps {
  description: string;
  /** Whether the user edits their own profile. */
  isOwn: boolean;
  profile: ProfilePublic;
  record: UseQueryResult<ProfilePublic, unknown>;
  /** The JSON schema of `ProfileUpdate`. */
  schema: Record<string, unknown>;
  save: SaveProfile;
}

export default function ProfileDetailsForm({
  description,
  isOwn,
  profile,
  record,
  schema,
  save,
}: ProfileDetailsFormProps) {
  const fields = useMemo(() => profileFields(schema), [schema]);
  const toValues = (saved: ProfilePublic) => profileValues(fields, saved);
  const form = useForm({
    resolver: standardSchemaResolver(profileSchema(fields)),
    defaultValues: toValues(profile),
    mode: "onTouched",
  });
  const { submit, conflict } = useVersionedForm({
    form,
    record,
    saved: profile,
    toValues,
    save: async (body, version) => {
      const saved = await save(body, version);
      form.reset(toValues(saved));
      return saved;
    },
    labels: {
      ...labels(fields.names, ""),
      ...labels(fields.document, "document."),
    },
  });
  return (
    <FormCard
      form={form}
      title="Profile details"
      description={description}
      submitLabel="Save"
      saveWhenDirty
      onSubmit={async (body) => {
        await submit(body);
        void toastSuccess("Profile updated successfully");
      }}
    >
      {conflict}
      {/* Labels and hints come from the schema, and can be long. */}
      <div className="grid grid-cols-[minmax(0,1fr)] gap-5 wrap-anywhere">
        {fields.names.map((field) => (
          <ProfileInput
            key={field.name}
            form={form}
            name={field.name as "username"}
            field={field}
            autoComplete={isOwn ? AUTO_COMPLETE.get(field.name) : "off"}
          />
        ))}
        {fields.document.map((field) => (
          <ProfileInput
            key={field.name}
            form={form}
            name={`document.${field.name}`}
            field={field}
          />
        ))}
      </div>
    </FormCard>
  );
}

const labels = (fields: ProfileField[], path: string) =>
  Object.fromEntries(fields.map(({ name, label }) => [path + name, label]));
