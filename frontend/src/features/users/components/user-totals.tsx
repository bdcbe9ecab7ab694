import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Bars } from "@/components/charts/bars";
import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { ToggleGroup } from "@/components/ui/toggle-group";
import { errorMessage } from "@/lib/errors";
import { formatNumber } from "@/lib/format";
import { usersStatsQuery } from "../api";

const RANGES = [7, 30, 90];

/** Dashboard card for superusers: user totals and sign-ups per day. */
export default function UserTotals() {
  const [days, setDays] = useState(30);
  const { data, error, isPlaceholderData } = useQuery({
    ...usersStatsQuery(days),
    placeholderData: keepPreviousData,
  });
  return (
    <Card aria-labelledby="user-totals" className="@container min-h-68">
      <CardHeader>
        <CardTitle id="user-totals">Users</CardTitle>
        <ToggleGroup
          label="Time range"
          value={String(days)}
          onChange={(value) => setDays(Number(value))}
          options={RANGES.map((range) => ({ value: String(range), title: `${range} days` }))}
        />
      </CardHeader>
      {!data && error && <p className="p-5 text-muted-foreground">{errorMessage(error)}</p>}
      {!data && !error && <Skeleton className="m-5 flex-1" />}
      {data && (
        <div
          aria-busy={isPlaceholderData}
          className="grid gap-6 p-5 transition-opacity aria-busy:opacity-60 @2xl:grid-cols-[10rem_minmax(0,1fr)]"
        >
          <dl className="flex flex-wrap gap-x-8 gap-y-4 @2xl:flex-col">
            <Total title="Users" value={data.count} />
            <Total title="Active" value={data.active_count} />
            <Total title="Superusers" value={data.superuser_count} />
          </dl>
          <Bars days={data.days} what="sign-ups" />
        </div>
      )}
    </Card>
  );
}

function Total({ title, value }: { title: string; value: number }) {
  return (
    <div>
      <dt className="text-[13px] text-muted-foreground">{title}</dt>
      <dd className="font-semibold text-2xl tabular-nums tracking-tight">{formatNumber(value)}</dd>
    </div>
  );
}
