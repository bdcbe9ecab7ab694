import { useQuery } from "@tanstack/react-query";
import { MonitorSmartphone } from "lucide-react";
import { LoadError } from "@/components/layout/load-error";
import { SettingsCard } from "@/components/layout/settings-card";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { Skeleton } from "@/components/ui/skeleton";
import { UserText } from "@/components/ui/user-text";
import { formatDate } from "@/lib/format";
import { isolated } from "@/lib/text";
import { devicesQuery, useRemoveDevice } from "../api";

const nameOf = (device: string | null) => device ?? "Unknown device";

/** The browsers that need no code. */
export function TrustedDevices() {
  return (
    <SettingsCard
      title="Trusted devices"
      description="Signing in needs no code here. Remove a device that you don't recognize or no longer have."
    >
      <DeviceList />
    </SettingsCard>
  );
}

function DeviceList() {
  const { data: page, error, refetch } = useQuery(devicesQuery());
  const remove = useRemoveDevice();
  if (!page && error) {
    return (
      <LoadError
        title="Couldn't load the trusted devices"
        error={error}
        onRetry={() => void refetch()}
      />
    );
  }
  if (!page) return <Skeleton className="h-20" />;
  if (page.data.length === 0) {
    return (
      <Empty
        icon={MonitorSmartphone}
        title="No trusted devices"
        description="You can trust a device when you enter a code to log in"
      />
    );
  }
  return (
    <ul aria-label="Trusted devices" className="-my-4 divide-y">
      {page.data.map(({ id, device, ip, created_at, expires_at, is_current }) => (
        <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-3 py-4">
          <div className="grid min-w-0 flex-1 basis-56 gap-0.5">
            <div className="flex min-w-0 flex-wrap items-center gap-2">
              <UserText className="min-w-0 font-medium wrap-anywhere">{nameOf(device)}</UserText>
              {is_current && <Badge>This device</Badge>}
            </div>
            <p className="text-muted-foreground text-xs wrap-anywhere">
              {"Trusted on "}
              <time dateTime={created_at}>{formatDate(created_at)}</time>
              {" until "}
              <time dateTime={expires_at}>{formatDate(expires_at)}</time>
              {ip && `, from ${ip}`}
            </p>
          </div>
          <Button
            variant="outline"
            size="sm"
            aria-label={`Remove: ${isolated(nameOf(device))}`}
            onClick={() => remove.mutate({ path: { device_id: id } })}
          >
            Remove
          </Button>
        </li>
      ))}
    </ul>
  );
}
