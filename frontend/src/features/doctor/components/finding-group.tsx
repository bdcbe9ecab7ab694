import type { Finding } from "@app/sdk";
import { CircleAlert, CircleCheck, CircleMinus, TriangleAlert } from "lucide-react";
import { Badge } from "@/components/ui/badge";
import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { CopyButton } from "@/components/ui/copy-button";

const ICONS = {
  failed: <CircleAlert aria-hidden className="text-destructive" />,
  warning: <TriangleAlert aria-hidden className="text-warning-foreground" />,
  skipped: <CircleMinus aria-hidden className="text-muted-foreground" />,
  ok: <CircleCheck aria-hidden className="text-primary" />,
};

interface FindingGroupProps {
  state: Finding["state"];
  title: string;
  findings: Finding[];
}

/** All findings with one state, each with its fix. */
export function FindingGroup({ state, title, findings }: FindingGroupProps) {
  const id = `findings-${state}`;
  return (
    <Card aria-labelledby={id}>
      <CardHeader>
        <CardTitle id={id}>{title}</CardTitle>
        <Badge>{findings.length}</Badge>
      </CardHeader>
      <ul aria-labelledby={id} className="divide-y">
        {findings.map((finding) => (
          <li
            key={finding.code + finding.detail}
            className="flex gap-3 px-5 py-4 [&>svg]:mt-0.5 [&>svg]:size-4 [&>svg]:shrink-0"
          >
            {ICONS[state]}
            <FindingText finding={finding} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function FindingText({ finding: { code, title, detail, fix } }: { finding: Finding }) {
  return (
    <div className="grid min-w-0 flex-1 gap-1">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h3 className="wrap-anywhere font-medium">{title}</h3>
        <code className="wrap-anywhere text-muted-foreground text-xs">{code}</code>
      </div>
      <p className="wrap-anywhere text-muted-foreground">{detail}</p>
      {fix && (
        <div className="mt-1 flex items-start gap-2">
          <p className="min-w-0 wrap-anywhere">
            <span className="font-medium">How to fix: </span>
            {fix}
          </p>
          <CopyButton text={fix} label={`Copy how to fix: ${title}`} />
        </div>
      )}
    </div>
  );
}
