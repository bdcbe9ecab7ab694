import type { ProfilePublic } from "@app/sdk";
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { Suspense } from "react";
import { LoadError } from "@/components/layout/load-error";
import { SettingsCard } from "@/components/layout/settings-card";
import { Skeleton } from "@/components/ui/skeleton";
import { lazyOnIdle } from "@/lib/lazy-on-idle";
import { type SaveProfile, schemaQuery } from "../api";

const ProfileDetailsForm = lazyOnIdle(() => import("./profile-details-form"));

interface ProfileDetailsProps {
  description: string;
  isOwn?: boolean;
  record: UseQueryResult<ProfilePublic, unknown>;
  save: SaveProfile;
}

/** The form, once both the profile and the schema have loaded. */
export function ProfileDetails({ description, isOwn = false, record, save }: ProfileDetailsProps) {
  const schema = useQuery(schemaQuery());
  const failed = [record, schema].filter(({ data, isError }) => !data && isError);
  const card = (
    <SettingsCard title="Profile details" description={description}>
      {failed[0] ? (
        <LoadError
          title="Couldn't load the profile"
          error={failed[0].error}
          onRetry={() => {
            for (const query of failed) void query.refetch();
          }}
        />
      ) : (
        <Skeleton className="h-96" />
      )}
    </SettingsCard>
  );
  if (!record.data || !schema.data) return card;
  return (
    <Suspense fallback={card}>
      <ProfileDetailsForm
        key={record.data.user_id}
        description={description}
        isOwn={isOwn}
        profile={record.data}
        record={record}
        schema={schema.data}
        save={save}
      />
    </Suspense>
  );
}
